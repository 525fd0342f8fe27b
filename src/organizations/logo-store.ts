import type { TenantRow, Transaction } from '../database/transaction.ts'

interface LogoRow extends TenantRow {
  hash: string
  png: Buffer
  saved_at: Date
}

/** Keeps a picture under the hash of its content, where settings find it. */
export async function keepLogo(tx: Transaction, { hash, png }: { hash: string; png: Buffer }): Promise<void> {
  await tx
    .insert<LogoRow>('organization_logos', { hash, png, saved_at: tx.now })
    .onConflict(['organization_id', 'hash'])
    .ignore()
}

/** The picture of an organization under a hash; null where there is none. */
export async function logoUnder(tx: Transaction, hash: string): Promise<Buffer | null> {
  const row = await tx.rows<LogoRow>('organization_logos').where({ hash }).first()
  return row?.png ?? null
}
