import type { Account } from '../accounts/account.ts'
import { raiseSecurityEpoch } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import { goodUntil, newInitialPassword, readInitialPassword } from '../credentials/initial-password.ts'
import { saveInitialPassword } from '../credentials/initial-store.ts'
import type { PasswordHasher } from '../credentials/password.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization } from '../database/transaction.ts'
import type { Random } from '../platform/random.ts'
import { addPerson, type Added, type FindMaker, type NewPerson } from './add.ts'

/** `password` is told this once, to be handed to the person; `until` is how long it is good. */
export type Handed =
  | { outcome: 'added'; account: Account; isNew: boolean; password: string; until: Date }
  | Exclude<Added, { outcome: 'added' }>

/**
 * Adds a person who has no address, with an initial password. Done once more for who has not used theirs up, it takes the
 * place of the one before, which somebody else may have found. Throws as `addPerson` does.
 */
export async function addWithInitialPassword(
  { database, random, hasher }: { database: Database; random: Random; hasher: PasswordHasher },
  organizationId: string,
  person: Omit<NewPerson, 'email'>,
  findMaker: FindMaker,
): Promise<Handed> {
  const password = newInitialPassword(random)
  const canonical = readInitialPassword(password)
  // Hashed in any other form, it would never open anything.
  if (canonical === null) throw new Error('a new initial password cannot be read')
  const hash = await hasher.hash(canonical)
  return withOrganization(database, organizationId, async (tx) => {
    const added = await addPerson({ random }, tx, { ...person, email: null }, findMaker)
    if (added.outcome !== 'added') return added
    const { account, isNew, maker } = added
    // Whoever is half-way in with the one before is out.
    const securityEpoch = isNew ? account.securityEpoch : await raiseSecurityEpoch(tx, account.id)
    await saveInitialPassword(tx, account.id, { hash, securityEpoch, madeBy: maker.account?.id ?? null })
    await record(tx, random, {
      kind: 'initial-password.made',
      outcome: 'success',
      origin: maker.origin,
      subjectId: account.id,
    })
    return { outcome: 'added', account, isNew, password, until: goodUntil(tx.now) }
  })
}
