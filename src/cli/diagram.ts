import {
  moves,
  newAttempt,
  transition,
  type Attempt,
  type AttemptEvent,
  type Step,
} from '../recovery/attempt.ts'
import type { Demands, Proof } from '../recovery/policy.ts'
import type { Command } from './command.ts'

export const diagram: Command = {
  name: 'diagram',
  usage: '',
  summary: 'prints the drawing of a recovery',
  help: ['Prints the machine of a recovery as a Mermaid state diagram, drawn from the table that moves it.'],
  run({ say }) {
    say(drawMachine())
    return Promise.resolve()
  },
}

type Name = AttemptEvent['name']

/** These may happen nearly everywhere: an arrow from each step would hide the way. */
const TOLD_ONCE: readonly Name[] = ['reassessed', 'lapsed', 'refreshed', 'tried', 'ended']

/** That an event, at one step, can lead to another, or leave it there. */
interface Arrow {
  from: Step
  event: Name
  to: Step
}

const STEPS = Object.keys(moves) as Step[]
const OVER: readonly Step[] = ['done', 'closed']

/** Draws the machine as a Mermaid state diagram: the steps in their order, an arrow for each event and where it leads. */
export function drawMachine(): string {
  const arrows = findArrows()
  const drawn = arrows.filter(({ event }) => !TOLD_ONCE.includes(event))
  return [
    'stateDiagram-v2',
    ...STEPS.map((step) => `    state "${step}" as ${idOf(step)}`),
    ...BEGINNINGS.map(({ step }) => `    [*] --> ${idOf(step)}`),
    ...drawn.map(({ from, event, to }) => `    ${idOf(from)} --> ${idOf(to)}: ${event}`),
    ...OVER.map((step) => `    ${idOf(step)} --> [*]`),
    '    note left of closed',
    ...TOLD_ONCE.map((event) => `        ${tell(arrows.filter((arrow) => arrow.event === event))}`),
    '    end note',
  ].join('\n')
}

/** One line for all the arrows of an event. */
function tell(arrows: Arrow[]): string {
  const stays = arrows.every(({ from, to }) => from === to)
  const from = distinct(arrows.map((arrow) => arrow.from))
  const to = distinct(arrows.map((arrow) => arrow.to))
  return `${arrows[0]?.event}: ${stays ? `stays at ${from}` : `from ${from} to ${to}`}`
}

const METHOD = 'email-link'
const PERSON = { accountId: '', securityEpoch: 0 }
const LATER = new Date(1)

/** Where a recovery begins: with the way still to be chosen, or with the only one. The person is who will be found. */
const BEGINNINGS = ([null, METHOD] as const).map((method) =>
  newAttempt({
    id: '',
    lineage: '',
    sequence: 1,
    origin: 'person',
    settingsVersion: 1,
    person: PERSON,
    method,
    expiresAt: LATER,
  }),
)

const PROOFS: readonly Proof[] = ['authenticator', 'recovery-code', 'enrolment', 'kept-codes']

const DEMANDS: readonly Demands[] = (['off', 'challenge', 'require'] as const).flatMap((authenticator) =>
  [true, false].map((hasAuthenticator) => ({ authenticator, hasAuthenticator })),
)

/** Everything that can happen under demands that hold still; they change with `reassessed` alone. */
function eventsUnder(demands: Demands): AttemptEvent[] {
  const events: { [One in Name]: Extract<AttemptEvent, { name: One }>[] } = {
    chosen: [{ name: 'chosen', method: METHOD }],
    minted: [{ name: 'minted', person: PERSON, secretExpiresAt: LATER }],
    admitted: [{ name: 'admitted', person: PERSON }],
    answered: [{ name: 'answered', proof: METHOD, browserHash: Buffer.alloc(0), demands }],
    'set-up': [{ name: 'set-up', pendingSealed: '' }],
    proved: PROOFS.map((proof) => ({ name: 'proved', proof, demands })),
    submitted: [{ name: 'submitted' }],
    completed: [{ name: 'completed', submission: '' }],
    reassessed: DEMANDS.map((changed) => ({ name: 'reassessed', demands: changed })),
    lapsed: [{ name: 'lapsed', demands }],
    refreshed: [{ name: 'refreshed' }],
    tried: [{ name: 'tried' }],
    ended: [{ name: 'ended', reason: 'cancelled' }],
  }
  return Object.values(events).flat()
}

/** Each arrow once, in order of the steps that they lead from, then of the steps that they lead to. */
function findArrows(): Arrow[] {
  const found = DEMANDS.flatMap((demands) => {
    const seen = new Set<string>()
    return BEGINNINGS.flatMap((beginning) => walk(beginning, demands, seen))
  })
  const distinctly = new Map(found.map((arrow) => [Object.values(arrow).join(), arrow]))
  const place = ({ from, to }: Arrow) => STEPS.indexOf(from) * STEPS.length + STEPS.indexOf(to)
  return [...distinctly.values()].toSorted((one, other) => place(one) - place(other))
}

/** Walks on from an attempt with everything that can happen, until nothing new comes up. */
function walk(attempt: Attempt, demands: Demands, seen: Set<string>): Arrow[] {
  const known = JSON.stringify([attempt.step, attempt.proven, attempt.pendingSealed !== null])
  if (seen.has(known)) return []
  seen.add(known)
  return eventsUnder(demands).flatMap((event) => {
    const moved = transition(attempt, event, LATER)
    if (!moved) return []
    const arrow = { from: attempt.step, event: event.name, to: moved.step }
    // What is counted ends a long walk, and tells nothing of where it leads.
    const uncounted = { ...moved, exchanges: 0, tries: 0, submits: 0 }
    return event.name === 'reassessed' ? [arrow] : [arrow, ...walk(uncounted, demands, seen)]
  })
}

/** Mermaid takes no hyphen in a name. */
function idOf(step: Step): string {
  return step.replace('-', '_')
}

function distinct(steps: Step[]): string {
  return STEPS.filter((step) => steps.includes(step)).join(', ')
}
