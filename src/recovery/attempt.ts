import { WORTH_SENDING_MS } from '../delivery/message.ts'
import { after, later, MINUTE } from '../platform/clock.ts'
import type { Origin } from './origin.ts'
import { nextStep, type Demands, type Proof, type StepOnTheWay } from './policy.ts'
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

/** Why a link or a code no longer works, told only to who holds it. */
export type DeadReason = ClosedReason | 'used' | 'not-known'

/** Whom an attempt is for, and the account's security epoch when that was found out. */
export interface Person {
  accountId: string
  securityEpoch: number
}

export interface Attempt {
  id: string
  /** Shared by the requests that one browser made one after another. */
  lineage: string
  /** Which of them this one is, from 1: whoever asks again and again waits longer each time. */
  sequence: number
  origin: Origin
  /** Version of the organization's settings when it began. */
  settingsVersion: number
  /** Null until the worker knows, if ever. */
  person: Person | null
  /** Null while it is still to be chosen. */
  method: MethodId | null
  /** SHA-256 of the cookie of the one browser that answered and may go on; null before. */
  browserHash: Buffer | null
  step: Step
  closedReason: ClosedReason | null
  proven: Proof[]
  /** The authenticator that is being set up, sealed: it counts from the moment that the new password does. */
  pendingSealed: string | null
  /** How often a secret of it was exchanged for a browser's cookie. */
  exchanges: number
  /** How many codes were typed for it. */
  tries: number
  /** How often a new password was sent in. */
  submits: number
  /** Whether its expired link was already answered with a fresh one. */
  refreshed: boolean
  /** Id of the submission that set the password. */
  completedBy: string | null
  /** Until when the browser that answered may finish; null before. */
  finishBy: Date | null
  expiresAt: Date
  endedAt: Date | null
}

/** What a new attempt is told; all else begins at nothing. */
type NewAttempt = Pick<
  Attempt,
  'id' | 'lineage' | 'sequence' | 'origin' | 'settingsVersion' | 'person' | 'method' | 'expiresAt'
>

export type AttemptEvent =
  | { name: 'chosen'; method: MethodId }
  | { name: 'minted'; person: Person | null; secretExpiresAt: Date }
  | { name: 'admitted'; person: Person }
  | { name: 'tried' }
  | { name: 'answered'; proof: Proof; browserHash: Buffer; demands: Demands }
  | { name: 'reassessed'; demands: Demands }
  | { name: 'lapsed'; demands: Demands }
  | { name: 'set-up'; pendingSealed: string }
  | { name: 'proved'; proof: Proof; demands: Demands }
  | { name: 'submitted' }
  | { name: 'completed'; submission: string }
  | { name: 'refreshed' }
  | { name: 'ended'; reason: ClosedReason }

export type EventName = AttemptEvent['name']

/** How long a request waits for its message to leave, while the mail server is away, before it lapses. */
export const WAITS_FOR_DELIVERY = WORTH_SENDING_MS['recover-link']
/** Time to finish after the link was exchanged or the code was right. */
export const TIME_TO_FINISH = 15 * MINUTE
/** A mail scanner and a second device take exchanges too; more than this is no person. */
export const MOST_EXCHANGES = 5
/** Codes typed for one request (NIST SP 800-63B §3.2.2). */
export const MOST_TRIES = 5
export const MOST_SUBMITS = 20

type Move<Name extends EventName> = (
  attempt: Attempt,
  event: Extract<AttemptEvent, { name: Name }>,
  now: Date,
) => Attempt | null
type Moves = { [Name in EventName]?: Move<Name> }

const ended: Move<'ended'> = (attempt, { reason }, now) => ({
  ...attempt,
  step: 'closed',
  closedReason: reason,
  pendingSealed: null,
  endedAt: now,
})

const refreshed: Move<'refreshed'> = (attempt) => ({ ...attempt, refreshed: true })

/** Whoever answers takes the attempt over: what an earlier browser proved after the link is forgotten. */
const answered: Move<'answered'> = (attempt, { proof, browserHash, demands }, now) => {
  const exchanges = attempt.exchanges + 1
  if (exchanges > MOST_EXCHANGES) return null
  const finishBy = after(now, TIME_TO_FINISH)
  const taken = { ...attempt, browserHash, exchanges, finishBy, proven: [proof], pendingSealed: null }
  return { ...taken, step: nextStep(taken, demands), expiresAt: later(attempt.expiresAt, finishBy) }
}

/** What the organization asks for changed on the way: the attempt stands at the first thing that is now missing. */
const reassessed: Move<'reassessed'> = (attempt, { demands }) => ({
  ...attempt,
  step: nextStep(attempt, demands),
})

/** The time to finish is over, and with it what was being set up. Whose link still lives begins that anew. */
const lapsed: Move<'lapsed'> = (attempt, { demands }) => {
  const proven = attempt.proven.filter((proof) => proof !== 'enrolment' && proof !== 'kept-codes')
  return { ...attempt, proven, pendingSealed: null, step: nextStep({ ...attempt, proven }, demands) }
}

/** Takes one of these proofs, in this browser, and no other. */
const proved =
  (...accepted: Proof[]): Move<'proved'> =>
  (attempt, { proof, demands }) => {
    if (!accepted.includes(proof)) return null
    const proven = [...attempt.proven, proof]
    return { ...attempt, proven, step: nextStep({ ...attempt, proven }, demands) }
  }

/** Counted whatever became of the request meanwhile, or the count would tell what did. */
const tried: Move<'tried'> = (attempt) =>
  attempt.tries < MOST_TRIES ? { ...attempt, tries: attempt.tries + 1 } : null

/** What may happen at every step after the first proof. */
const inHand = { tried, answered, reassessed, lapsed, refreshed, ended } satisfies Moves

/** The whole machine: for each step, the events that may happen in it and what comes of them. */
export const moves: Record<Step, Moves> = {
  choosing: {
    chosen: (attempt, { method }) => ({ ...attempt, method, step: 'proving' }),
    ended,
  },
  proving: {
    // Again after a crash or a delivery fault: another secret, and the earlier one keeps its own end.
    minted: (attempt, { person, secretExpiresAt }) => ({
      ...attempt,
      person,
      expiresAt: attempt.person ? later(attempt.expiresAt, secretExpiresAt) : secretExpiresAt,
    }),
    // The link went to a mailbox without an account: following it makes one.
    admitted: (attempt, { person }) => ({ ...attempt, person }),
    tried,
    answered,
    refreshed,
    ended,
  },
  verifying: { ...inHand, proved: proved('authenticator', 'recovery-code') },
  enrolling: {
    ...inHand,
    'set-up': (attempt, { pendingSealed }) => ({ ...attempt, pendingSealed }),
    // What was never set up cannot be proven: there would be nothing to bind with the password.
    proved: (attempt, event, now) =>
      attempt.pendingSealed === null ? null : proved('enrolment')(attempt, event, now),
  },
  'keeping-codes': { ...inHand, proved: proved('kept-codes') },
  password: {
    ...inHand,
    // One too many is refused and ends nothing: of many sent at once, one that was counted may still be completing.
    submitted: (attempt) => (hasSubmitsLeft(attempt) ? { ...attempt, submits: attempt.submits + 1 } : null),
    completed: (attempt, { submission }, now) => ({
      ...attempt,
      step: 'done',
      pendingSealed: null,
      completedBy: submission,
      endedAt: now,
    }),
  },
  done: { tried },
  closed: { tried },
}

/** An attempt at its beginning: the way is still to be chosen, or a message of the chosen one is to go out. */
export function newAttempt(told: NewAttempt): Attempt {
  return {
    ...told,
    browserHash: null,
    step: told.method === null ? 'choosing' : 'proving',
    closedReason: null,
    proven: [],
    pendingSealed: null,
    exchanges: 0,
    tries: 0,
    submits: 0,
    refreshed: false,
    completedBy: null,
    finishBy: null,
    endedAt: null,
  }
}

/** Moves an attempt by what happened at an instant; null when that is out of step. Pure. */
export function transition(attempt: Attempt, event: AttemptEvent, now: Date): Attempt | null {
  // The table is typed event by event; TypeScript cannot follow that one name picks both the move and its argument.
  const move = moves[attempt.step][event.name] as Move<EventName> | undefined
  return move ? move(attempt, event, now) : null
}

/** Whether a new password may still be sent in. */
export function hasSubmitsLeft(attempt: Attempt): boolean {
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
