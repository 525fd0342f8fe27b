import type { Transaction } from '../../database/transaction.ts'
import { after } from '../../platform/clock.ts'
import { LAST_ID, NO_ID } from '../../platform/random.ts'
import { requestOf, WAITS_FOR_DECISION, type RecoveryRequest, type RequestRow } from './store.ts'

/** More are not counted: whoever has so many waiting needs no exact number. */
const MOST_COUNTED = 100

/** The requests that wait or are held, oldest first, at most so many, from behind an id on. */
export async function requestsUnderWay(
  tx: Transaction,
  behind: string | null,
  most: number,
): Promise<RecoveryRequest[]> {
  const rows = await tx
    .rows<RequestRow>('recovery_requests')
    .whereNull('ended_at')
    .where('id', '>', behind ?? NO_ID)
    .orderBy('id')
    .limit(most)
  return rows.map(requestOf)
}

/** The requests that are over, the newest asked first, at most so many, from before an id on. */
export async function requestsOver(
  tx: Transaction,
  before: string | null,
  most: number,
): Promise<RecoveryRequest[]> {
  const rows = await tx
    .rows<RequestRow>('recovery_requests')
    .whereNotNull('ended_at')
    .where('id', '<', before ?? LAST_ID)
    .orderBy('id', 'desc')
    .limit(most)
  return rows.map(requestOf)
}

/** How many requests wait for somebody to decide, up to a hundred. */
export async function countOfWaiting(tx: Transaction): Promise<number> {
  const rows = await tx
    .rows<RequestRow>('recovery_requests')
    .whereNull('ended_at')
    .where('state', 'open')
    .where('asked_at', '>', after(tx.now, -WAITS_FOR_DECISION))
    .limit(MOST_COUNTED)
    .select('id')
  return rows.length
}
