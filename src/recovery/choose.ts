import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { currentSettings } from '../organizations/store.ts'
import { after, SECOND } from '../platform/clock.ts'
import { tryMove } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import {
  awaitedOf,
  enqueueMessage,
  identifierOf,
  previousAttempt,
  startAttempt,
  type Asking,
  type Begun,
} from './start.ts'
import { attemptAskedBy, lockAttempt, type StoredAttempt } from './store.ts'
import { offered, strategyOf } from './strategies/index.ts'

/** Seconds until a code may be asked for again, after the first, the second and every further request. */
const WAITS = [30, 60, 120] as const

/**
 * Takes the person's choice of a method: for the request that is open in this browser, or, where that went another way
 * already, as a new request for the same person, so that nothing that was proven by the one counts for the other
 * (CVE-2026-18963). Null: the browser has no recovery open, or the organization does not offer the method.
 */
export async function chooseMethod(
  parts: RecoveryParts,
  organizationId: string,
  method: string,
  asking: Asking,
): Promise<Begun | null> {
  const first = await withOrganization(parts.database, organizationId, (tx) =>
    chooseFirst(parts, tx, method, asking),
  )
  return first ?? askAnew(parts, organizationId, asking, method)
}

/** Sends the message of a browser's recovery once more, as a new request for the same person. Null: it holds none. */
export async function beginAgain(
  parts: RecoveryParts,
  organizationId: string,
  asking: Asking,
): Promise<Begun | null> {
  return askAnew(parts, organizationId, asking, null)
}

/** When a code may be asked for again. Told by the request's own row, so it is the same whoever was named. */
export function mayAskAgainAt({ begunAt, sequence }: StoredAttempt): Date {
  return after(begunAt, (WAITS[sequence - 1] ?? WAITS[2]) * SECOND)
}

async function chooseFirst(
  parts: RecoveryParts,
  tx: Transaction,
  method: string,
  asking: Asking,
): Promise<Begun | null> {
  const seen = asking.recoveryToken ? await attemptAskedBy(tx, asking.recoveryToken) : null
  const attempt = seen?.step === 'choosing' ? await lockAttempt(tx, seen.id) : null
  if (!attempt || !asking.recoveryToken) return null
  const { recovery } = await settingsFor(tx, attempt)
  const strategy = offered(parts, recovery).find(({ id }) => id === method)
  const chosen = strategy && (await tryMove(tx, attempt, { name: 'chosen', method: strategy.id }))
  if (!chosen) return null
  await enqueueMessage(parts, tx, chosen, asking.locale)
  await record(tx, parts.random, {
    kind: 'recovery.method-chosen',
    outcome: 'success',
    origin: visitorOrigin(asking.visitor),
    detail: { attempt: chosen.id, method },
  })
  return { outcome: 'begun', browserToken: asking.recoveryToken, awaits: awaitedOf(parts, chosen) }
}

async function askAnew(
  parts: RecoveryParts,
  organizationId: string,
  asking: Asking,
  chosen: string | null,
): Promise<Begun | null> {
  const allowance = await parts.limits.spend('recovery-requests-per-address', asking.visitor.network)
  if (!allowance.allowed) return { outcome: 'too-many', retryAfterSeconds: allowance.retryAfterSeconds }
  return withOrganization(parts.database, organizationId, async (tx): Promise<Begun | null> => {
    const previous = await previousAttempt(tx, asking)
    if (!previous) return null
    const method = chosen ?? previous.method
    const settings = await currentSettings(tx)
    const ways = offered(parts, settings.settings.recovery)
    if (method !== null && !ways.some(({ id }) => id === method)) return null
    const wait = method === previous.method ? secondsToWait(parts, previous, tx.now) : 0
    if (wait > 0) return { outcome: 'too-early', retryAfterSeconds: wait }
    const start = { settings, identifier: identifierOf(parts, previous), asking }
    return startAttempt(parts, tx, {
      ...start,
      method: method === null ? null : strategyOf(parts, method).id,
    })
  })
}

function secondsToWait(parts: RecoveryParts, previous: StoredAttempt, now: Date): number {
  if (previous.method === null || strategyOf(parts, previous.method).answeredBy === 'link') return 0
  return Math.ceil((mayAskAgainAt(previous).getTime() - now.getTime()) / SECOND)
}
