import type { Account } from '../../accounts/account.ts'
import { canonicalEmail } from '../../accounts/identifiers.ts'
import { accountsHolding } from '../../accounts/store.ts'
import type { Transaction } from '../../database/transaction.ts'
import { asBad, type BadRow, type GoodRow, type RowFault } from './row.ts'

/** Rows by what is here of them: nobody yet, the very person, or somebody else with their name or address. */
export interface Sifted {
  free: GoodRow[]
  there: GoodRow[]
  taken: BadRow[]
}

/** Looks for people who are here already. */
export async function sift(tx: Transaction, rows: readonly GoodRow[]): Promise<Sifted> {
  const held = await accountsHolding(tx, {
    usernames: rows.flatMap(({ username }) => username ?? []),
    emails: rows.flatMap(({ email }) => (email === null ? [] : canonicalEmail(email))),
  })
  const byUsername = new Map(held.map((account) => [account.username, account]))
  const byEmail = new Map(held.map((account) => [account.email && canonicalEmail(account.email), account]))
  const sifted: Sifted = { free: [], there: [], taken: [] }
  for (const row of rows) {
    const ofName = row.username === null ? undefined : byUsername.get(row.username)
    const ofEmail = row.email === null ? undefined : byEmail.get(canonicalEmail(row.email))
    if (!ofName && !ofEmail) sifted.free.push(row)
    else if (isSame(row, ofName, ofEmail)) sifted.there.push(row)
    else {
      const faults: RowFault[] = []
      if (ofName) faults.push({ column: 'username', why: 'taken' })
      if (ofEmail) faults.push({ column: 'email', why: 'taken' })
      sifted.taken.push(asBad(row, faults))
    }
  }
  return sifted
}

/** Whether everything that a row calls somebody by is one person's. */
function isSame(row: GoodRow, ofName: Account | undefined, ofEmail: Account | undefined): boolean {
  return (row.username === null || ofName !== undefined) && (row.email === null || ofEmail !== undefined)
    ? !ofName || !ofEmail || ofName.id === ofEmail.id
    : false
}
