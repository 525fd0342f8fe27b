import { expect } from 'chai'
import fc from 'fast-check'
import { after, MINUTE } from '../../src/platform/clock.ts'
import {
  CLOSED_REASONS,
  MOST_EXCHANGES,
  MOST_SUBMITS,
  moves,
  TIME_TO_FINISH,
  transition,
  whyOver,
  type Attempt,
  type AttemptEvent,
  type EventName,
  type Step,
} from '../../src/recovery/attempt.ts'
import { nextStep } from '../../src/recovery/policy.ts'

const NOW = new Date('2026-03-02T09:00:00Z')
const PERSON = { accountId: 'mia', securityEpoch: 3 }

/** What may happen in each step; whatever is not here must be refused. */
const ALLOWED: Record<Step, EventName[]> = {
  proving: ['minted', 'answered', 'refreshed', 'ended'],
  password: ['answered', 'submitted', 'completed', 'refreshed', 'ended'],
  done: [],
  closed: [],
}

const EVENTS: { [Name in EventName]: Extract<AttemptEvent, { name: Name }> } = {
  minted: { name: 'minted', person: PERSON, secretExpiresAt: after(NOW, 5 * MINUTE) },
  answered: { name: 'answered', proof: 'email-link', browserHash: Buffer.alloc(32, 1) },
  submitted: { name: 'submitted' },
  completed: { name: 'completed', submission: 'one' },
  refreshed: { name: 'refreshed' },
  ended: { name: 'ended', reason: 'cancelled' },
}

describe('the recovery machine', () => {
  for (const step of Object.keys(moves) as Step[]) {
    for (const event of Object.values(EVENTS)) {
      const allowed = ALLOWED[step].includes(event.name)
      it(`${allowed ? 'takes' : 'refuses'} "${event.name}" at "${step}"`, () => {
        expect(transition(attemptAt(step), event, NOW) !== null).to.equal(allowed)
      })
    }
  }

  it('never stands at the new password, or beyond, without an person and the proof of its method', () => {
    walk((attempt) => {
      if (attempt.step !== 'password' && attempt.step !== 'done') return
      expect(attempt.person).to.not.equal(null)
      expect(attempt.proven).to.include(attempt.method)
      expect(attempt.browserHash).to.not.equal(null)
    })
  })

  it('never leaves "done" or "closed", and changes nothing there', () => {
    walk((attempt, before) => {
      if (before.step !== 'done' && before.step !== 'closed') return
      expect(attempt).to.deep.equal(before)
    })
  })

  it('counts no more than five exchanges and twenty submits', () => {
    walk(({ exchanges, submits }) => {
      expect(exchanges).to.be.at.most(MOST_EXCHANGES)
      expect(submits).to.be.at.most(MOST_SUBMITS)
    })
  })

  it('says why and when it ended exactly if it ended', () => {
    walk(({ step, closedReason, endedAt, completedBy }) => {
      expect(closedReason !== null).to.equal(step === 'closed')
      expect(completedBy !== null).to.equal(step === 'done')
      expect(endedAt !== null).to.equal(step === 'done' || step === 'closed')
    })
  })

  it('takes no sixth exchange and no twenty-first submit', () => {
    let attempt: Attempt = attemptAt('proving')
    for (let count = 1; count <= 5; count += 1) attempt = transition(attempt, EVENTS.answered, NOW)!
    expect(attempt).to.include({ step: 'password', exchanges: 5 })
    expect(transition(attempt, EVENTS.answered, NOW)).to.equal(null)
    for (let count = 1; count <= 20; count += 1) attempt = transition(attempt, EVENTS.submitted, NOW)!
    expect(attempt).to.include({ step: 'password', submits: 20 })
    expect(transition(attempt, EVENTS.submitted, NOW)).to.equal(null)
    expect(transition(attempt, EVENTS.completed, NOW)).to.include({ step: 'done' })
  })

  it('gives whoever answers a quarter of an hour, and another browser its own', () => {
    const first = transition(attemptAt('proving'), EVENTS.answered, NOW)!
    expect(whyOver(first, after(NOW, TIME_TO_FINISH - 1))).to.equal(null)
    expect(whyOver(first, after(NOW, TIME_TO_FINISH))).to.equal('expired')
    const second = { ...EVENTS.answered, browserHash: Buffer.alloc(32, 2) }
    const taken = transition(first, second, after(NOW, MINUTE))!
    expect(taken.browserHash).to.equal(second.browserHash)
    expect(taken.finishBy).to.deep.equal(after(NOW, MINUTE + TIME_TO_FINISH))
  })

  it('lets a second mail live as long as its own link, and never shortens the first one', () => {
    const first = transition(attemptAt('proving'), EVENTS.minted, NOW)!
    const shorter = { ...EVENTS.minted, secretExpiresAt: after(NOW, MINUTE) }
    expect(transition(first, shorter, NOW)?.expiresAt).to.deep.equal(first.expiresAt)
    const longer = { ...EVENTS.minted, secretExpiresAt: after(NOW, 9 * MINUTE) }
    expect(transition(first, longer, NOW)?.expiresAt).to.deep.equal(longer.secretExpiresAt)
  })
})

describe('the next step', () => {
  it('is the new password only for a known person who proved the method', () => {
    const method = 'email-link'
    expect(nextStep({ person: PERSON, method, proven: ['email-link'] })).to.equal('password')
    expect(nextStep({ person: PERSON, method, proven: [] })).to.equal('proving')
    expect(nextStep({ person: null, method, proven: ['email-link'] })).to.equal('proving')
  })
})

/**
 * Sends random events, each some time after the last, and looks at every attempt that comes of them. Attempts are frozen:
 * a move that changed the one it was given would throw.
 */
function walk(look: (attempt: Attempt, before: Attempt) => void): void {
  const events = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 20 * MINUTE })), { maxLength: 60 })
  fc.assert(
    fc.property(fc.constantFrom(null, PERSON), events, (person, happened) => {
      let attempt: Attempt = Object.freeze({ ...attemptAt('proving'), person })
      let now = NOW
      for (const [event, wait] of happened) {
        now = after(now, wait)
        const before = attempt
        attempt = Object.freeze(transition(before, event, now) ?? before)
        look(attempt, before)
      }
    }),
  )
}

const anyEvent: fc.Arbitrary<AttemptEvent> = fc.oneof(
  // Events that end an attempt come seldom, or no walk gets far.
  {
    weight: 6,
    arbitrary: fc.constantFrom(EVENTS.minted, EVENTS.answered, EVENTS.submitted, EVENTS.refreshed),
  },
  {
    weight: 1,
    arbitrary: fc.record({ name: fc.constant('completed' as const), submission: fc.uuid() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ name: fc.constant('ended' as const), reason: fc.constantFrom(...CLOSED_REASONS) }),
  },
)

function attemptAt(step: Step): Attempt {
  const answered = step === 'password' || step === 'done'
  return {
    id: 'attempt',
    lineage: 'attempt',
    origin: 'person',
    settingsVersion: 1,
    person: PERSON,
    method: 'email-link',
    browserHash: answered ? Buffer.alloc(32, 9) : null,
    step,
    closedReason: step === 'closed' ? 'expired' : null,
    proven: answered ? ['email-link'] : [],
    exchanges: 0,
    submits: 0,
    refreshed: false,
    completedBy: step === 'done' ? 'submission' : null,
    finishBy: null,
    expiresAt: after(NOW, 5 * MINUTE),
    endedAt: step === 'done' || step === 'closed' ? NOW : null,
  }
}
