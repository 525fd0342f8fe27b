import type { SignedIn } from '../access/signed-in.ts'
import { withOrganization } from '../database/transaction.ts'
import { askedOf, stepUp, type AskedAgain, type SteppedUp, type StepUp } from '../profile/step-up.ts'
import { optionalSecret, readForm, requiredSecret, type FormErrors } from './form.ts'
import { signedInPerson, type Visit } from './visit.ts'

/** Where somebody whose session ended meanwhile goes. */
export const SESSION_ENDED = { goTo: '/sign-in', notice: 'session-ended' } as const

const PASSWORD = {
  currentPassword: requiredSecret({ missing: 'errors.currentPassword.missing' }),
  factor: optionalSecret,
}
const PASSWORD_AND_CODE = { ...PASSWORD, factor: requiredSecret({ missing: 'errors.factor.missing' }) }

/** What this page asks this person for now. */
export async function askedAgain(visit: Visit, wanted: StepUp | undefined): Promise<AskedAgain | null> {
  if (wanted === undefined || !visit.person) return null
  const { session } = visit.person
  return withOrganization(visit.parts.database, visit.organization.id, (tx) => askedOf(tx, session, wanted))
}

/**
 * Takes the proof that a form brings along. Null: it is proven, and the session goes on under a new token. What is wrong
 * comes back for the form; who sent a form that was opened when nothing was asked for yet is told that it is now.
 */
export async function proveAgain(
  visit: Visit,
  { wanted, authenticator }: AskedAgain,
  body: Record<string, unknown>,
): Promise<{ errors: FormErrors } | { tooMany: number } | typeof SESSION_ENDED | null> {
  if (body['currentPassword'] === undefined || (authenticator && body['factor'] === undefined))
    return { errors: { currentPassword: [{ key: 'errors.currentPassword.again' }] } }
  const form = readForm(authenticator ? PASSWORD_AND_CODE : PASSWORD, body)
  if (!form.ok) return { errors: form.errors }
  const steppedUp = await stepUp(visit.parts, visit.organization.id, {
    ...signedInHere(visit),
    wanted,
    password: form.values.currentPassword,
    factor: authenticator && form.values.factor,
  })
  return goOn(visit, steppedUp)
}

/** Who makes a change on this page, and from which session. */
export function signedInHere(visit: Visit): SignedIn {
  const { account, session } = signedInPerson(visit)
  const { id: sessionId, tokenHash } = session
  return { accountId: account.id, sessionId, tokenHash, visitor: visit.visitor }
}

function goOn(visit: Visit, steppedUp: SteppedUp) {
  switch (steppedUp.outcome) {
    case 'proven':
      if (steppedUp.renewed) {
        visit.cookies.write('session', steppedUp.renewed.token)
        visit.person = { ...signedInPerson(visit), session: steppedUp.renewed.session }
      }
      return null
    case 'wrong-password':
      return { errors: { currentPassword: [{ key: 'errors.currentPassword.wrong' }] } }
    case 'malformed-factor':
      return { errors: { factor: [{ key: 'errors.factor.malformed' }] } }
    case 'wrong-factor':
      return { errors: { factor: [{ key: 'errors.factor.wrong' }] } }
    case 'asks-factor':
      return { errors: { factor: [{ key: 'errors.factor.missing' }] } }
    case 'too-many':
      return { tooMany: steppedUp.retryAfterSeconds }
    case 'over':
      return SESSION_ENDED
  }
}
