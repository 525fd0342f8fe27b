import { after, MINUTE, SECOND } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { Random } from '../platform/random.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization, withoutOrganization, type Transaction } from '../database/transaction.ts'
import { handOver, type HandOverParts, type Outgoing } from './hand-over.ts'
import { lostOf, type OnLost } from './lost.ts'
import { MOST_TRIES, type Channel, type MessageName, type Prepared, type Preparers } from './message.ts'
import { dueMessages, type MessageRow } from './outbox.ts'
import { SendFault } from './senders/sender.ts'

export interface DispatchParts extends HandOverParts {
  database: Database
  random: Random
  preparers: Preparers
  onLost: OnLost
  /** Told what became of each message that was taken up. */
  onHandled?: (channel: Channel, outcome: 'sent' | 'failed' | 'dropped' | 'postponed') => void
  log: Logger
}

/** How many more messages a process may have on their way. Rounds that overlap share it. */
export interface Lanes {
  free: number
}

const MOST_LANES = 5

/** The lanes of one process; fewer are for tests alone: with one, messages leave one after another, the oldest first. */
export function newLanes(free = MOST_LANES): Lanes {
  return { free }
}

/** After so many a lane ends, so that a round does, and what broke one of its lanes is told. */
const LANE_TURNS = 20
const TOO_OLD = 'too old'
const TRIED_OUT = 'tried often enough'
/** Longer than preparing and sending can take: while it runs, the message is its worker's alone. */
const LEASE_MS = MINUTE
const SHORTEST_WAIT_MS = SECOND
const LONGEST_WAIT_MS = 5 * MINUTE

/** A message that this worker alone may send until its lease runs out. */
interface Claim {
  id: string
  organizationId: string
  leasedUntil: Date
}

/** What a message came to that is to be sent. */
interface Ready {
  row: MessageRow
  outgoing: Outgoing
}

/** What a message came to that is not sent: not worth it any more, or lost by taking too long. */
interface Ended {
  channel: Channel
  isLost: boolean
  reason: string
}

/**
 * One round of sending what is due, oldest first; any number of processes may run it at once. Returns how many messages
 * were taken up: 0 says that nothing is due, or that every lane is busy. Told to stop, it takes up no more. A message goes
 * out at least once (promise P2): a worker that dies between sending and saying so leaves a lease that runs out, and the
 * message is prepared and sent again.
 * Throws what kept the database from answering, after every lane has ended.
 */
export async function dispatch(
  parts: DispatchParts,
  lanes: Lanes = newLanes(),
  stop?: AbortSignal,
): Promise<number> {
  const reserved = lanes.free
  if (reserved === 0) return 0
  lanes.free = 0
  const first = await claim(parts.database, reserved).finally(() => (lanes.free += reserved))
  lanes.free -= first.length
  const ended = await Promise.allSettled(
    first.map((claimed) => runLane(parts, claimed, stop).finally(() => (lanes.free += 1))),
  )
  const broken = ended.find((lane) => lane.status === 'rejected')
  if (broken) throw broken.reason
  return ended.reduce((sum, lane) => sum + (lane.status === 'fulfilled' ? lane.value : 0), 0)
}

/** Takes one message after another, so that no lease grows old in a line; a slow mail holds up its own lane only. */
async function runLane(parts: DispatchParts, first: Claim, stop?: AbortSignal): Promise<number> {
  let claimed: Claim | undefined = first
  let turns = 0
  while (claimed) {
    await deliver(parts, claimed)
    turns += 1
    const goesOn = turns < LANE_TURNS && !stop?.aborted
    claimed = goesOn ? (await claim(parts.database, 1))[0] : undefined
  }
  return turns
}

/** Leases the messages that have been due longest. Rows that another worker is just claiming are passed over. */
async function claim(database: Database, most: number): Promise<Claim[]> {
  return withoutOrganization(database, async (tx) => {
    const rows = await dueMessages(tx)
      .where('due_at', '<=', tx.now)
      .orderBy(['due_at', 'id'])
      .limit(most)
      .forUpdate()
      .skipLocked()
    const leasedUntil = after(tx.now, LEASE_MS)
    const ids = rows.map((row) => row.id)
    if (ids.length > 0) await dueMessages(tx).whereIn('id', ids).update({ due_at: leasedUntil })
    return rows.map((row) => ({ id: row.id, organizationId: row.organization_id, leasedUntil }))
  })
}

async function deliver(parts: DispatchParts, claimed: Claim): Promise<void> {
  let prepared: Ready | Ended | null
  try {
    prepared = await whileOurs(parts, claimed, (tx) => prepare(tx, parts, claimed))
  } catch (error) {
    tell(parts.log, 'error', claimed, 'a message could not be prepared', { err: error })
    await whileOurs(parts, claimed, async (tx) =>
      postpone(tx, parts.random, claimed, await countTry(tx, claimed), 'preparation'),
    )
    return
  }
  if (!prepared) return
  if ('reason' in prepared) {
    const facts = { fault: prepared.reason }
    parts.onHandled?.(prepared.channel, 'dropped')
    if (prepared.isLost) tell(parts.log, 'error', claimed, 'a message was lost', facts)
    else tell(parts.log, 'info', claimed, 'a message was dropped', facts)
    return
  }
  const { row, outgoing } = prepared
  const { tryNumber } = outgoing
  const sent = await send(parts, claimed, outgoing)
  if ('providerId' in sent) {
    // Whoever has it in hand by now need not send it once more.
    await withOrganization(parts.database, claimed.organizationId, (tx) =>
      end(tx, claimed, 'sent', null, sent.providerId),
    )
    parts.onHandled?.(row.channel, 'sent')
    return
  }
  const { fault } = sent
  if (fault.retry && tryNumber < MOST_TRIES[row.channel]) {
    const facts = { fault: fault.label, tries: tryNumber }
    await whileOurs(parts, claimed, (tx) =>
      postpone(tx, parts.random, claimed, tryNumber, fault.label, fault.retryAfterMs),
    )
    parts.onHandled?.(row.channel, 'postponed')
    tell(parts.log, 'warn', claimed, 'a message could not be sent and will be tried again', facts)
    return
  }
  const hasEnded = await whileOurs(parts, claimed, async (tx) => {
    await end(tx, claimed, 'failed', fault.label)
    await parts.onLost(tx, lostOf(row, fault.label))
    return true
  })
  if (!hasEnded) return
  parts.onHandled?.(row.channel, 'failed')
  tell(parts.log, 'error', claimed, 'a message failed for good', { fault: fault.label })
}

/** Works on a message while its lease keeps every other worker off it; does nothing, and gives null, when it ran out. */
async function whileOurs<Result>(
  parts: DispatchParts,
  claimed: Claim,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result | null> {
  return withOrganization(parts.database, claimed.organizationId, async (tx) => {
    const lease = await dueMessages(tx)
      .where({ id: claimed.id, due_at: claimed.leasedUntil })
      .forUpdate()
      .first()
    return lease ? work(tx) : null
  })
}

/** Counts the try and makes the mail or text of it; null when there was nothing left to do. */
async function prepare(tx: Transaction, parts: DispatchParts, claimed: Claim): Promise<Ready | Ended | null> {
  const row = await tx.rows<MessageRow>('messages').where({ id: claimed.id }).first()
  if (row?.state !== 'queued') {
    await dueMessages(tx).where({ id: claimed.id }).delete()
    return null
  }
  // A worker that died while it handed a message over has counted that try.
  const lost = row.give_up_at <= tx.now ? TOO_OLD : row.tries >= MOST_TRIES[row.channel] ? TRIED_OUT : null
  if (lost) {
    await parts.onLost(tx, lostOf(row, lost))
    await end(tx, claimed, 'dropped', lost)
    return { channel: row.channel, isLost: true, reason: lost }
  }
  const tryNumber = await countTry(tx, claimed)
  const prepared = await askPreparer(tx, parts.preparers, row)
  if ('send' in prepared) {
    const { organizationId, id: messageId } = claimed
    return { row, outgoing: { organizationId, messageId, tryNumber, name: row.template, ...prepared.send } }
  }
  await end(tx, claimed, 'dropped', prepared.drop)
  return { channel: row.channel, isLost: false, reason: prepared.drop }
}

async function askPreparer<Name extends MessageName>(
  tx: Transaction,
  preparers: Preparers,
  row: MessageRow<Name>,
): Promise<Prepared<Name>> {
  return preparers[row.template](tx, {
    id: row.id,
    name: row.template,
    to: row.recipient,
    locale: row.locale,
    data: row.data,
    queuedAt: row.created_at,
  })
}

/** Writes and sends, outside any transaction: no row stays locked while a mail server thinks. */
async function send(
  parts: DispatchParts,
  claimed: Claim,
  outgoing: Outgoing,
): Promise<{ providerId: string | null } | { fault: SendFault }> {
  try {
    return { providerId: await handOver(parts, outgoing) }
  } catch (error) {
    if (error instanceof SendFault) return { fault: error }
    tell(parts.log, 'error', claimed, 'a message could not be written or handed over', { err: error })
    return { fault: new SendFault('unexpected', { retry: true }) }
  }
}

async function countTry(tx: Transaction, claimed: Claim): Promise<number> {
  await tx.rows<MessageRow>('messages').where({ id: claimed.id }).increment('tries', 1)
  const row = await tx.rows<MessageRow>('messages').where({ id: claimed.id }).first()
  return row?.tries ?? 1
}

/**
 * Puts a message back for later: 1 s, 2 s, 4 s … 5 min, each up to a quarter less so that a backlog does not come at once,
 * and none less than the other side asked for.
 */
async function postpone(
  tx: Transaction,
  random: Random,
  claimed: Claim,
  tries: number,
  fault: string,
  leastMs = 0,
): Promise<void> {
  const wait = Math.min(SHORTEST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS)
  await dueMessages(tx)
    .where({ id: claimed.id })
    .update({ due_at: after(tx.now, Math.max(leastMs, wait - random.below(wait / 4))) })
  await tx.rows<MessageRow>('messages').where({ id: claimed.id }).update({ fault })
}

async function end(
  tx: Transaction,
  claimed: Claim,
  state: 'sent' | 'dropped' | 'failed',
  fault: string | null,
  providerId: string | null = null,
): Promise<void> {
  // The queue's entry first, as everywhere: in another order two workers could wait for each other.
  await dueMessages(tx).where({ id: claimed.id }).delete()
  await tx
    .rows<MessageRow>('messages')
    .where({ id: claimed.id, state: 'queued' })
    .update({ state, fault, provider_id: providerId, ended_at: tx.now })
}

function tell(
  log: Logger,
  level: 'info' | 'warn' | 'error',
  claimed: Claim,
  words: string,
  facts: object,
): void {
  log[level]({ message: claimed.id, organization: claimed.organizationId, ...facts }, words)
}
