import { after, DAY } from '../platform/clock.ts'
import { isToken, newToken, type Random } from '../platform/random.ts'
import { hashToken } from '../platform/secrets.ts'
import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'

interface KnownDeviceRow extends TenantRow {
  account_id: string
  device_hash: Buffer
  last_seen_at: Date
}

/** How long a browser that once signed in is known. */
export const KNOWN_FOR = 365 * DAY
const MOST_PER_ACCOUNT = 10

/**
 * The hash under which a browser is known to an account. It is bound to the organization, so that hashes of one browser
 * in two organizations cannot be matched; null when the cookie holds nothing.
 */
export function deviceHash(organizationId: string, token: string | undefined): Buffer | null {
  return token && isToken(token) ? hashOf(organizationId, token) : null
}

/**
 * Remembers that this browser belongs to the person: a stranger's tries elsewhere then never delay it. Keeps the ten seen
 * last. Returns a new token for the browser's device cookie. Whatever the old one was known for (people share browsers)
 * moves to the new one, so that a copy of it, planted or stolen, is known no longer.
 */
export async function rememberDevice(
  tx: Transaction,
  random: Random,
  accountId: string,
  brought: string | undefined,
): Promise<string> {
  const devices = () => tx.rows<KnownDeviceRow>('known_devices')
  const token = newToken(random)
  const hash = hashOf(tx.organizationId, token)
  const old = deviceHash(tx.organizationId, brought)
  if (old) await devices().where('device_hash', old).update({ device_hash: hash })
  await tx
    .insert<KnownDeviceRow>('known_devices', {
      account_id: accountId,
      device_hash: hash,
      last_seen_at: tx.now,
    })
    .onConflict(['organization_id', 'account_id', 'device_hash'])
    .merge(['last_seen_at'])
  const surplus = devices()
    .where('account_id', accountId)
    .whereNot('device_hash', hash)
    .orderBy('last_seen_at', 'desc')
    .offset(MOST_PER_ACCOUNT - 1)
    .select('device_hash')
  await devices().where('account_id', accountId).whereIn('device_hash', surplus).delete()
  return token
}

/** Whether a browser is known to an account; false for no browser. */
export async function isKnownDevice(
  tx: Transaction,
  accountId: string,
  hash: Buffer | null,
): Promise<boolean> {
  if (!hash) return false
  const row = await tx
    .rows<KnownDeviceRow>('known_devices')
    .where({ account_id: accountId, device_hash: hash })
    .where('last_seen_at', '>', after(tx.now, -KNOWN_FOR))
    .first()
  return row !== undefined
}

/** When each browser that is known to an account was seen last, newest first. */
export async function knownDevicesSeen(tx: Transaction, accountId: string): Promise<Date[]> {
  const rows = await tx
    .rows<KnownDeviceRow>('known_devices')
    .where('account_id', accountId)
    .orderBy('last_seen_at', 'desc')
  return rows.map(({ last_seen_at }) => last_seen_at)
}

/** Forgets every browser of an account: one of them may be somebody else's. */
export async function forgetDevices(tx: Transaction, accountId: string): Promise<void> {
  await tx.rows<KnownDeviceRow>('known_devices').where('account_id', accountId).delete()
}

/** Deletes devices that were not seen for a year, one batch of them. */
export async function purgeDevices(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<KnownDeviceRow>('known_devices')
  return deleteBatch(rows, (over) => over.where('last_seen_at', '<=', after(tx.now, -KNOWN_FOR)))
}

function hashOf(organizationId: string, token: string): Buffer {
  return hashToken(`${organizationId}.${token}`)
}
