import { newAccount, type Account } from '../accounts/account.ts'
import { canonicalEmail, readIdentifier } from '../accounts/identifiers.ts'
import { accountNamed, addAccount, lockAccount } from '../accounts/store.ts'
import { record } from '../audit/audit.ts'
import { passwordOf } from '../credentials/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { newId, type Random } from '../platform/random.ts'

/** Somebody who is to have an account, and gets in by an invitation or an initial password. */
export interface NewPerson {
  username: string | null
  email: string | null
  fullName: string
  /** The administrator in whose name it is done, by username or address; null: whoever runs the server. */
  makerName: string | null
}

/** Why nobody is added. */
export type NotAdded = 'no-such-maker' | 'username-taken' | 'email-taken'

/** `isNew`: false for who was added before and never came to choose a password. */
export type Added =
  { outcome: 'added'; account: Account; isNew: boolean; makerId: string | null } | { outcome: NotAdded }

/**
 * Gives a person an account that nothing opens yet. Who was added in the same way before, and has not chosen a password, is
 * found again, so that a lost invitation or paper is answered by doing the same once more. Throws a duplicate error
 * (`isDuplicate`) when the name is taken in the same moment.
 */
export async function addPerson(
  { random }: { random: Random },
  tx: Transaction,
  { username, email, fullName, makerName }: NewPerson,
): Promise<Added> {
  const maker = makerName === null ? null : await makerNamed(tx, makerName)
  if (makerName !== null && !maker) return { outcome: 'no-such-maker' }
  const makerId = maker?.id ?? null
  const named = { username: await takenBy(tx, username), email: await takenBy(tx, email) }
  const found = named.email ?? named.username
  if (found && (await isSamePerson(tx, found, { username, email })))
    return { outcome: 'added', account: found, isNew: false, makerId }
  if (found) return { outcome: named.email ? 'email-taken' : 'username-taken' }
  const account = memberFrom(newId(random, tx.now), { username, email, fullName }, tx.now)
  await addAccount(tx, account)
  await record(tx, random, {
    kind: 'person.created',
    outcome: 'success',
    origin: maker ? { actor: 'person', actorId: maker.id } : { actor: 'operator' },
    subjectId: account.id,
  })
  return { outcome: 'added', account, isNew: true, makerId }
}

/** Who runs the organization makes accounts; not who cannot sign in, or in whose account somebody else was. */
async function makerNamed(tx: Transaction, name: string): Promise<Account | null> {
  const identifier = readIdentifier(name)
  const maker = identifier && (await accountNamed(tx, identifier))
  if (!maker || maker.role === 'member' || maker.state !== 'active' || maker.protectedAt) return null
  return maker
}

async function takenBy(tx: Transaction, name: string | null): Promise<Account | null> {
  const identifier = name === null ? null : readIdentifier(name)
  const account = identifier && (await accountNamed(tx, identifier))
  return account && lockAccount(tx, account.id)
}

/** Whether an account is what was asked for, and still waits for its person. */
async function isSamePerson(
  tx: Transaction,
  account: Account,
  { username, email }: Pick<NewPerson, 'username' | 'email'>,
): Promise<boolean> {
  const isWaiting = account.state === 'active' && !account.protectedAt && !(await passwordOf(tx, account.id))
  return isWaiting && account.username === username && mailbox(account.email) === mailbox(email)
}

function mailbox(email: string | null): string | null {
  return email === null ? null : canonicalEmail(email)
}

function memberFrom(
  id: string,
  { username, email, fullName }: Pick<NewPerson, 'username' | 'email' | 'fullName'>,
  now: Date,
): Account {
  return newAccount({
    id,
    username,
    fullName,
    email,
    // Vouched for by who invites; nobody gets in before opening the mail that goes there.
    emailVerifiedAt: email === null ? null : now,
  })
}
