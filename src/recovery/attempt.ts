import { WORTH_SENDING_MS } from '../delivery/message.ts'
import { after, MINUTE } from '../platform/clock.ts'
import type { Origin } from './origin.ts'
import { nextStep, type Proof, type StepOnTheWay } from './policy.ts'
import type { MethodId } from './strategy.ts'

/**
 * The machine. One recovery is one attempt, and an attempt is moved by `transition` alone: what is not in `moves` is out
 * of step and refused.
 */

export type Step = StepOnTheWay | 'done' | 'closed'

export const CLOSED_REASONS = [
  'expired',
  'cancelled',
  'replaced',
  'too-many-tries',
  'no-longer-offered',
  'account-changed',
] as const
export type ClosedReason = (typeof CLOSED_REASONS)[number]

export interface Attempt {
  id: string
  /** Shared by the requests that one browser made one after another. */
  lineage: string
  origin: Origin
  /** Version of the organization's settings when it began. */
  settingsVersion: number
  /** Whom it is for, and the account's security epoch when that was found out; null until the worker knows, if ever. */
  person: { accountId: string; securityEpoch: number } | null
  method: MethodId
  /** SHA-256 of the cookie of the one browser that answered and may go on; null before. */
  browserHash: Buffer | null
  step: Step
  closedReason: ClosedReason | null
  proven: Proof[]
  /** How often its link was exchanged for a browser's cookie. */
  exchanges: number
  /** How often a new password was sent in. */
  submits: number
  /** Whether its expired link was already answered with a fresh one. */
  refreshed: boolean
  /** Id of the submission that set the password. */
  completedBy: string | null
  /** Until when the browser that exchanged the link may finish; null before. */
  finishBy: Date | null
  expiresAt: Date
  endedAt: Date | null
}

export type AttemptEvent =
  | { name: 'minted'; person: { accountId: string; securityEpoch: number }; secretExpiresAt: Date }
  | { name: 'answered'; proof: Proof; browserHash: Buffer }
  | { name: 'submitted' }
  | { name: 'completed'; submission: string }
  | { name: 'refreshed' }
  | { name: 'ended'; reason: ClosedReason }

export type EventName = AttemptEvent['name']

/** How long a request waits for its message to leave, while the mail server is away, before it lapses. */
export const WAITS_FOR_DELIVERY = WORTH_SENDING_MS['recover-link']
/** Time to finish after the link was exchanged. */
export const TIME_TO_FINISH = 15 * MINUTE
/** A mail scanner and a second device take exchanges too; more than this is no person. */
export const MOST_EXCHANGES = 5
export const MOST_SUBMITS = 20

type Move<Name extends EventName> = (
  attempt: Attempt,
  event: Extract<AttemptEvent, { name: Name }>,
  now: Date,
) => Attempt | null

const ended = (attempt: Attempt, { reason }: { reason: ClosedReason }, now: Date): Attempt => ({
  ...attempt,
  step: 'closed',
  closedReason: reason,
  endedAt: now,
})

/** Whoever answers takes the attempt over: what an earlier browser proved after the link is forgotten. */
const answered: Move<'answered'> = (attempt, { proof, browserHash }, now) => {
  const exchanges = attempt.exchanges + 1
  if (exchanges > MOST_EXCHANGES) return null
  const finishBy = after(now, TIME_TO_FINISH)
  const taken = { ...attempt, browserHash, exchanges, finishBy, proven: [proof] }
  return { ...taken, step: nextStep(taken), expiresAt: later(attempt.expiresAt, finishBy) }
}

/** The whole machine: for each step, the events that may happen in it and what comes of them. */
export const moves: Record<Step, { [Name in EventName]?: Move<Name> }> = {
  proving: {
    // Again after a crash or a delivery fault: another secret, and the earlier one keeps its own end.
    minted: (attempt, { person, secretExpiresAt }) => ({
      ...attempt,
      person,
      expiresAt: attempt.person ? later(attempt.expiresAt, secretExpiresAt) : secretExpiresAt,
    }),
    answered,
    refreshed: (attempt) => ({ ...attempt, refreshed: true }),
    ended,
  },
  password: {
    answered,
    // One too many is refused and ends nothing: of many sent at once, one that was counted may still be completing.
    submitted: (attempt) => (hasTriesLeft(attempt) ? { ...attempt, submits: attempt.submits + 1 } : null),
    completed: (attempt, { submission }, now) => ({
      ...attempt,
      step: 'done',
      completedBy: submission,
      endedAt: now,
    }),
    refreshed: (attempt) => ({ ...attempt, refreshed: true }),
    ended,
  },
  done: {},
  closed: {},
}

/** Moves an attempt by what happened at an instant; null when that is out of step. Pure. */
export function transition(attempt: Attempt, event: AttemptEvent, now: Date): Attempt | null {
  // The table is typed event by event; TypeScript cannot follow that one name picks both the move and its argument.
  const move = moves[attempt.step][event.name] as Move<EventName> | undefined
  return move ? move(attempt, event, now) : null
}

/** Whether a new password may still be sent in. */
export function hasTriesLeft(attempt: Attempt): boolean {
  return attempt.submits < MOST_SUBMITS
}

/**
 * Why the browser that answered can go no further with an attempt, or null while it can. An attempt that ran late is
 * over for that browser at that instant, whether or not the row says so yet.
 */
export function whyOver(attempt: Attempt, now: Date): ClosedReason | 'used' | null {
  if (attempt.step === 'done') return 'used'
  if (attempt.step === 'closed') return attempt.closedReason
  return now >= (attempt.finishBy ?? attempt.expiresAt) ? 'expired' : null
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other
}
