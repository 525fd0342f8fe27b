import { expect } from 'chai'
import fc from 'fast-check'
import { after, MINUTE } from '../../src/platform/clock.ts'
import {
  CLOSED_REASONS,
  MOST_EXCHANGES,
  MOST_SUBMITS,
  MOST_TRIES,
  moves,
  TIME_TO_FINISH,
  transition,
  whyOver,
  type Attempt,
  type AttemptEvent,
  type EventName,
  type Step,
} from '../../src/recovery/attempt.ts'
import type { Demands, Proof } from '../../src/recovery/policy.ts'

const NOW = new Date('2026-03-02T09:00:00Z')
const PERSON = { accountId: 'mia', securityEpoch: 3 }

/** Everything asked of who has an authenticator, and of who has none. */
const ASKED_OF_HOLDER: Demands = { authenticator: 'require', hasAuthenticator: true }
const ASKED_OF_OTHERS: Demands = { authenticator: 'require', hasAuthenticator: false }
const NOTHING: Demands = { authenticator: 'off', hasAuthenticator: false }

const IN_HAND: EventName[] = ['tried', 'answered', 'reassessed', 'lapsed', 'refreshed', 'ended']

/** What may happen in each step; whatever is not here must be refused. */
const ALLOWED: Record<Step, EventName[]> = {
  choosing: ['chosen', 'ended'],
  proving: ['minted', 'admitted', 'tried', 'answered', 'refreshed', 'ended'],
  verifying: [...IN_HAND, 'proved'],
  enrolling: [...IN_HAND, 'set-up'],
  'keeping-codes': IN_HAND,
  password: [...IN_HAND, 'submitted', 'completed'],
  done: ['tried'],
  closed: ['tried'],
}

const EVENTS: { [Name in EventName]: Extract<AttemptEvent, { name: Name }> } = {
  minted: { name: 'minted', person: PERSON, secretExpiresAt: after(NOW, 5 * MINUTE) },
  chosen: { name: 'chosen', method: 'email-link' },
  admitted: { name: 'admitted', person: PERSON },
  tried: { name: 'tried' },
  answered: { name: 'answered', proof: 'email-link', browserHash: Buffer.alloc(32, 1), demands: NOTHING },
  reassessed: { name: 'reassessed', demands: ASKED_OF_HOLDER },
  lapsed: { name: 'lapsed', demands: ASKED_OF_OTHERS },
  'set-up': { name: 'set-up', pendingSealed: 'sealed' },
  proved: { name: 'proved', proof: 'authenticator', demands: ASKED_OF_HOLDER },
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

  it('never stands at the new password, or beyond, without a person and the proof of its method', () => {
    walk((attempt) => {
      if (attempt.step !== 'password' && attempt.step !== 'done') return
      expect(attempt.person).to.not.equal(null)
      expect(attempt.proven).to.include(attempt.method)
      expect(attempt.browserHash).to.not.equal(null)
    })
  })

  it('never leaves "done" or "closed", and changes nothing there but how many codes were typed', () => {
    walk((attempt, before) => {
      if (before.step !== 'done' && before.step !== 'closed') return
      expect({ ...attempt, tries: 0 }).to.deep.equal({ ...before, tries: 0 })
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

describe('the recovery machine, of an authenticator', () => {
  it('comes to the new password of who has one only by a proof of it', () => {
    walk((attempt) => {
      if (attempt.step !== 'password') return
      const { authenticator, hasAuthenticator } = lastDemands
      if (authenticator === 'off' || !hasAuthenticator) return
      expect(attempt.proven).to.satisfy(
        (proven: string[]) => proven.includes('authenticator') || proven.includes('recovery-code'),
      )
    })
  })

  it('binds a new one only where it was asked for, confirmed, and its codes were kept', () => {
    walk((attempt) => {
      if (attempt.step !== 'password' || lastDemands.authenticator !== 'require') return
      if (lastDemands.hasAuthenticator) return
      expect(attempt.proven).to.include.members(['enrolment', 'kept-codes'])
      expect(attempt.pendingSealed).to.not.equal(null)
    })
  })

  it('never lets who has one set up another', () => {
    walk((attempt) => {
      if (lastDemands.hasAuthenticator && lastDemands.authenticator !== 'off')
        expect(attempt.step).to.not.equal('enrolling')
    })
  })

  it('forgets every proof and the key that was being set up when another browser answers', () => {
    const held = { ...attemptAt('password'), proven: ['email-link', 'enrolment', 'kept-codes'] as Proof[] }
    const taken = transition(
      { ...held, pendingSealed: 'sealed' },
      { ...EVENTS.answered, demands: ASKED_OF_OTHERS },
      NOW,
    )
    expect(taken).to.include({ step: 'enrolling', pendingSealed: null })
    expect(taken?.proven).to.deep.equal(['email-link'])
  })

  it('forgets what was being set up, and its proofs alone, when the time to finish is over', () => {
    const held = { ...attemptAt('password'), proven: ['email-link', 'enrolment', 'kept-codes'] as Proof[] }
    const over = transition({ ...held, pendingSealed: 'sealed' }, EVENTS.lapsed, NOW)
    expect(over).to.include({ step: 'enrolling', pendingSealed: null })
    expect(over?.proven).to.deep.equal(['email-link'])
  })

  it('goes back to the authenticator when a setting begins to ask for one on the way', () => {
    const moved = transition(attemptAt('password'), { name: 'reassessed', demands: ASKED_OF_HOLDER }, NOW)
    expect(moved?.step).to.equal('verifying')
  })

  it('takes five codes for one request and not a sixth', () => {
    let attempt: Attempt = attemptAt('proving')
    for (let count = 1; count <= 5; count += 1) attempt = transition(attempt, EVENTS.tried, NOW)!
    expect(attempt.tries).to.equal(MOST_TRIES)
    expect(transition(attempt, EVENTS.tried, NOW)).to.equal(null)
  })

  it('takes at each step the proofs of that step alone', () => {
    const proofs: Proof[] = ['email-link', 'authenticator', 'recovery-code', 'enrolment', 'kept-codes']
    const taken = (step: Step, pendingSealed: string | null = null) =>
      proofs.filter((proof) =>
        transition(
          { ...attemptAt(step), pendingSealed },
          { name: 'proved', proof, demands: ASKED_OF_OTHERS },
          NOW,
        ),
      )
    expect(taken('verifying')).to.deep.equal(['authenticator', 'recovery-code'])
    expect(taken('enrolling', 'sealed')).to.deep.equal(['enrolment'])
    expect(taken('enrolling'), 'nothing was set up').to.deep.equal([])
    expect(taken('keeping-codes')).to.deep.equal(['kept-codes'])
    expect(taken('password')).to.deep.equal([])
  })
})

/** What the last move that asked was told; the walk keeps it, because the attempt does not. */
let lastDemands: Demands = NOTHING

/**
 * Sends random events, each some time after the last, and looks at every attempt that comes of them. Attempts are frozen:
 * a move that changed the one it was given would throw.
 */
function walk(look: (attempt: Attempt, before: Attempt) => void): void {
  const events = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 20 * MINUTE })), { maxLength: 60 })
  fc.assert(
    fc.property(fc.constantFrom(null, PERSON), events, (person, happened) => {
      let attempt: Attempt = Object.freeze({ ...attemptAt('proving'), person })
      lastDemands = NOTHING
      let now = NOW
      for (const [event, wait] of happened) {
        now = after(now, wait)
        const before = attempt
        const moved = transition(before, event, now)
        if (moved && 'demands' in event) lastDemands = event.demands
        attempt = Object.freeze(moved ?? before)
        look(attempt, before)
      }
    }),
  )
}

const anyDemands = fc.constantFrom(NOTHING, ASKED_OF_HOLDER, ASKED_OF_OTHERS)

const anyEvent: fc.Arbitrary<AttemptEvent> = fc.oneof(
  // Events that end an attempt come seldom, or no walk gets far.
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      EVENTS.minted,
      EVENTS.submitted,
      EVENTS.refreshed,
      EVENTS.tried,
      EVENTS['set-up'],
    ),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constant('proved' as const),
      proof: fc.constantFrom<Proof>('authenticator', 'recovery-code', 'enrolment', 'kept-codes'),
      demands: anyDemands,
    }),
  },
  { weight: 2, arbitrary: anyDemands.map((demands) => ({ ...EVENTS.answered, demands })) },
  { weight: 1, arbitrary: anyDemands.map((demands) => ({ ...EVENTS.reassessed, demands })) },
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
  const answered = !['choosing', 'proving', 'closed'].includes(step)
  return {
    id: 'attempt',
    lineage: 'attempt',
    sequence: 1,
    origin: 'person',
    settingsVersion: 1,
    person: PERSON,
    method: step === 'choosing' ? null : 'email-link',
    browserHash: answered ? Buffer.alloc(32, 9) : null,
    step,
    closedReason: step === 'closed' ? 'expired' : null,
    proven: answered ? ['email-link'] : [],
    pendingSealed: null,
    exchanges: 0,
    tries: 0,
    submits: 0,
    refreshed: false,
    completedBy: step === 'done' ? 'submission' : null,
    finishBy: null,
    expiresAt: after(NOW, 5 * MINUTE),
    endedAt: step === 'done' || step === 'closed' ? NOW : null,
  }
}
