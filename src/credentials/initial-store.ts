import { deleteBatch } from '../database/purge.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { after, DAY } from '../platform/clock.ts'

interface InitialPasswordRow extends TenantRow {
  account_id: string
  hash: string
  security_epoch: number
  made_at: Date
  made_by: string | null
  first_used_at: Date | null
  first_used_address: string | null
  first_used_device: string | null
  first_used_by_hash: Buffer | null
}

/** Where an initial password was used for the first time. */
export interface FirstUse {
  at: Date
  address: string
  device: string
  /** The hash by which the browser is known again. */
  browserHash: Buffer
}

/** The initial password of an account, which may be over. */
export interface InitialPassword {
  hash: string
  /** The account's when it was made. */
  securityEpoch: number
  madeAt: Date
  /** The account of whoever made it; null: whoever runs the server. */
  madeBy: string | null
  firstUse: FirstUse | null
}

/** One that is over is known for so long, to tell who still has it why. */
const KEPT_FOR_MS = 90 * DAY

/** Gives an account this initial password in place of any other, made at the instant of the transaction. */
export async function saveInitialPassword(
  tx: Transaction,
  accountId: string,
  { hash, securityEpoch, madeBy }: Pick<InitialPassword, 'hash' | 'securityEpoch' | 'madeBy'>,
): Promise<void> {
  await tx
    .insert<InitialPasswordRow>('initial_passwords', {
      account_id: accountId,
      hash,
      security_epoch: securityEpoch,
      made_at: tx.now,
      made_by: madeBy,
      first_used_at: null,
      first_used_address: null,
      first_used_device: null,
      first_used_by_hash: null,
    })
    .onConflict(['organization_id', 'account_id'])
    .merge()
}

/** The initial password of an account, good or over; null when there is none, or not any more. */
export async function initialPasswordOf(tx: Transaction, accountId: string): Promise<InitialPassword | null> {
  const row = await tx.rows<InitialPasswordRow>('initial_passwords').where({ account_id: accountId }).first()
  return row ? shown(row) : null
}

/** Keeps where an initial password was used, if this is the first time. */
export async function noteFirstUse(
  tx: Transaction,
  accountId: string,
  use: Omit<FirstUse, 'at'>,
): Promise<void> {
  await tx
    .rows<InitialPasswordRow>('initial_passwords')
    .where({ account_id: accountId })
    .whereNull('first_used_at')
    .update({
      first_used_at: tx.now,
      first_used_address: use.address,
      first_used_device: use.device,
      first_used_by_hash: use.browserHash,
    })
}

/** Deletes initial passwords that were over long ago, one batch of them. */
export async function purgeInitialPasswords(tx: Transaction): Promise<number> {
  const rows = () => tx.rows<InitialPasswordRow>('initial_passwords')
  return deleteBatch(rows, (over) => over.where('made_at', '<=', after(tx.now, -KEPT_FOR_MS)))
}

function shown(row: InitialPasswordRow): InitialPassword {
  return {
    hash: row.hash,
    securityEpoch: row.security_epoch,
    madeAt: row.made_at,
    madeBy: row.made_by,
    firstUse: firstUseOf(row),
  }
}

function firstUseOf(row: InitialPasswordRow): FirstUse | null {
  const { first_used_at: at, first_used_by_hash: browserHash } = row
  if (!at || !browserHash) return null
  return { at, address: row.first_used_address ?? '', device: row.first_used_device ?? '', browserHash }
}
