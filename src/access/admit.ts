import { newAccount, type Account } from '../accounts/account.ts'
import {
  endSignUp,
  keepAcceptedTerms,
  lockWaitingSignUps,
  overtakeSignUps,
  signUpById,
  type SignUp,
} from '../accounts/signup-store.ts'
import { accountNamed, addAccount } from '../accounts/store.ts'
import { record, visitorOrigin } from '../audit/audit.ts'
import { savePassword } from '../credentials/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { newId, type Random } from '../platform/random.ts'
import type { Visitor } from '../platform/visitor.ts'

/** Who is let in, and what of what was sent in counts. */
interface Admission {
  /** The address whose mailbox was proven, in canonical form. */
  email: string
  /** The sign-up by whose link it was proven: it counts. Null: proven otherwise, so nobody knows whose words they are. */
  signUpId: string | null
  visitor: Visitor
}

/**
 * Makes the account of somebody who has just proven a mailbox for which a sign-up waits; every sign-up of the address is
 * over with that. Null: there is an account by now, or nothing waits. Throws a duplicate error (`isDuplicate`) when
 * somebody else makes an account of this address in the same moment.
 */
export async function admit(
  { random }: { random: Random },
  tx: Transaction,
  { email, signUpId, visitor }: Admission,
): Promise<Account | null> {
  const waiting = await lockWaitingSignUps(tx, email)
  const id = waiting.find((one) => signUpId === null || one === signUpId)
  const signUp = id === undefined ? null : await signUpById(tx, id)
  if (!signUp) return null
  const proven = signUpId === null ? null : signUp
  if (await accountNamed(tx, { kind: 'email', canonical: email })) return null
  const account = memberFrom(tx, newId(random, tx.now), signUp, proven)
  await addAccount(tx, account)
  if (proven) {
    await savePassword(tx, account.id, proven.passwordHash)
    const { termsVersion: version, createdAt: acceptedAt } = proven
    if (version !== null) await keepAcceptedTerms(tx, account.id, { version, acceptedAt })
  }
  if (proven) await endSignUp(tx, proven.id, 'verified')
  await overtakeSignUps(tx, email)
  await record(tx, random, {
    kind: 'sign-up.verified',
    outcome: 'success',
    origin: visitorOrigin(visitor, account.id),
    subjectId: account.id,
    detail: {
      signUp: signUp.id,
      by: proven ? 'link' : 'recovery',
      ...(proven?.termsVersion ? { terms: proven.termsVersion } : {}),
    },
  })
  return account
}

/** The address is proven, the phone never is. Who is only known by their mailbox is called by it. */
function memberFrom(
  tx: Transaction,
  id: string,
  { email, emailCanonical }: SignUp,
  proven: SignUp | null,
): Account {
  const phone = proven?.phone ?? null
  return newAccount({
    id,
    fullName: proven?.fullName ?? emailCanonical,
    email,
    emailVerifiedAt: tx.now,
    phone,
    phoneChangedAt: phone === null ? null : tx.now,
  })
}
