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
  return token && isToken(token) ? hashToken(`${organizationId}.${token}`) : null
}

/**
 * Remembers that this browser belongs to the person: a stranger's tries elsewhere then never delay it. Keeps the ten seen
 * last. Returns the token for the browser's device cookie: the one it brought if that is known already to some account
 * here (people share browsers), else a new one, so that a planted cookie never becomes a known device.
 */
export async function rememberDevice(
  tx: Transaction,
  random: Random,
  accountId: string,
  brought: string | undefined,
): Promise<string> {
  const token = (await alreadyKnownHere(tx, brought)) ?? newToken(random)
  await tx
    .insert<KnownDeviceRow>('known_devices', {
      account_id: accountId,
      device_hash: hashToken(`${tx.organizationId}.${token}`),
      last_seen_at: tx.now,
    })
    .onConflict(['organization_id', 'account_id', 'device_hash'])
    .merge(['last_seen_at'])
  const surplus = tx
    .rows<KnownDeviceRow>('known_devices')
    .where('account_id', accountId)
    .orderBy('last_seen_at', 'desc')
    .offset(MOST_PER_ACCOUNT)
    .select('device_hash')
  await tx
    .rows<KnownDeviceRow>('known_devices')
    .where('account_id', accountId)
    .whereIn('device_hash', surplus)
    .delete()
  return token
}

async function alreadyKnownHere(tx: Transaction, token: string | undefined): Promise<string | undefined> {
  const hash = deviceHash(tx.organizationId, token)
  if (!hash) return undefined
  const known = await tx.rows<KnownDeviceRow>('known_devices').where('device_hash', hash).first()
  return known && token
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

/** Deletes devices that were not seen for a year, one batch of them. */
export async function purgeDevices(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<KnownDeviceRow>('known_devices')
  return deleteBatch(rows(), rows().where('last_seen_at', '<=', after(tx.now, -KNOWN_FOR)))
}
