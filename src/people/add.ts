import { mayManage } from '../access/managed.ts'
import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import { newAccount, type Account } from '../accounts/account.ts'
import { canonicalEmail, readIdentifier } from '../accounts/identifiers.ts'
import { accountNamed, addAccount, lockAccount } from '../accounts/store.ts'
import { record, visitorOrigin, type Origin } from '../audit/audit.ts'
import { passwordOf } from '../credentials/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { newId, type Random } from '../platform/random.ts'

/** Somebody who is to have an account, and gets in by an invitation or an initial password. */
export interface NewPerson {
  username: string | null
  email: string | null
  fullName: string
}

/** Why nobody is added. */
export type NotAdded = 'no-such-maker' | 'username-taken' | 'email-taken'

/** `isNew`: false for who was added before and never came to choose a password. */
export type Added =
  | { outcome: 'added'; account: Account; isNew: boolean; maker: Maker }
  | { outcome: 'no-such-maker' }
  | { outcome: 'username-taken' | 'email-taken'; account: Account }

/** Who makes an account; `account` is null for whoever runs the server. */
export interface Maker {
  account: Account | null
  origin: Origin
}

/** Finds out who makes an account, in the transaction that makes it; null when they may not, or not any more. */
export type FindMaker = (tx: Transaction) => Promise<Maker | null>

/**
 * Gives a person an account that nothing opens yet. Who was added in the same way before, and has not chosen a password, is
 * found again, so that a lost invitation or paper is answered by doing the same once more. Throws a duplicate error
 * (`isDuplicate`) when the name is taken in the same moment.
 */
export async function addPerson(
  { random }: { random: Random },
  tx: Transaction,
  { username, email, fullName }: NewPerson,
  findMaker: FindMaker,
): Promise<Added> {
  const maker = await findMaker(tx)
  if (!maker) return { outcome: 'no-such-maker' }
  const named = { username: await takenBy(tx, username), email: await takenBy(tx, email) }
  const found = named.email ?? named.username
  if (found && mayAddAgain(maker, found) && (await isSamePerson(tx, found, { username, email })))
    return { outcome: 'added', account: found, isNew: false, maker }
  if (found) return { outcome: named.email ? 'email-taken' : 'username-taken', account: found }
  const account = memberFrom(newId(random, tx.now), { username, email, fullName }, tx.now)
  await addAccount(tx, account)
  await record(tx, random, {
    kind: 'person.created',
    outcome: 'success',
    origin: maker.origin,
    subjectId: account.id,
  })
  return { outcome: 'added', account, isNew: true, maker }
}

/** Somebody who runs the organization, by username or address; null: whoever runs the server. */
export function makerNamed(name: string | null): FindMaker {
  return async (tx) => {
    if (name === null) return { account: null, origin: { actor: 'operator' } }
    const identifier = readIdentifier(name)
    const account = identifier && (await accountNamed(tx, identifier))
    return account && mayMake(account) ? { account, origin: { actor: 'person', actorId: account.id } } : null
  }
}

/** Somebody who runs the organization and is signed in. */
export function makerSignedIn(who: SignedIn): FindMaker {
  return async (tx) => {
    const account = (await lockSignedIn(tx, who))?.account
    return account && mayMake(account) ? { account, origin: visitorOrigin(who.visitor, account.id) } : null
  }
}

/** Whether somebody may make accounts: who runs the organization, not who cannot sign in, or in whose account somebody else was. */
export function mayMake({ role, state, protectedAt }: Account): boolean {
  return role !== 'member' && state === 'active' && !protectedAt
}

/** An initial password opens the account to who asks for it: only of people whom they may decide about. */
function mayAddAgain({ account }: Maker, person: Account): boolean {
  return account === null || mayManage(account, person)
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

function memberFrom(id: string, { username, email, fullName }: NewPerson, now: Date): Account {
  return newAccount({
    id,
    username,
    fullName,
    email,
    // Vouched for by who invites; nobody gets in before opening the mail that goes there.
    emailVerifiedAt: email === null ? null : now,
  })
}
