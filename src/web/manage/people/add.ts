import { canonicalEmail, isEmail, readIdentifier } from '../../../accounts/identifiers.ts'
import { isDuplicate } from '../../../database/faults.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { makerSignedIn, type NewPerson } from '../../../people/add.ts'
import { spendDeed } from '../../../people/allowance.ts'
import { addWithInitialPassword } from '../../../people/initial-password.ts'
import { addByInvitation } from '../../../people/invitation.ts'
import { invite } from '../../../recovery/begin.ts'
import type { FormErrors } from '../../form.ts'
import type { Show, Submitted } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import type { Visit } from '../../visit.ts'
import { addressOf } from './deed.ts'

/** A person as a form names them. */
export interface Typed {
  fullName: string
  username: string
  email: string
}

/** Reads who is to be added, every fault at its field. */
export function readPerson({ fullName, username, email }: Typed): NewPerson | { errors: FormErrors } {
  const identifier = username === '' ? null : readIdentifier(username)
  const isName = identifier?.kind === 'username'
  const errors: FormErrors = {
    ...(fullName === '' ? { fullName: [{ key: 'errors.person.name-missing' }] } : {}),
    ...(username !== '' && !isName ? { username: [{ key: 'errors.username.unreadable' }] } : {}),
    ...(email !== '' && !isEmail(email) ? { email: [{ key: 'errors.email.unreadable' }] } : {}),
    ...(username === '' && email === '' ? { email: [{ key: 'errors.email.or-username' }] } : {}),
  }
  if (Object.keys(errors).length > 0) return { errors }
  return { fullName, username: isName ? identifier.canonical : null, email: email === '' ? null : email }
}

/**
 * Adds somebody in the name of who is signed in, or lets who never came in begin anew: by a mail to them, or with an initial
 * password, which is shown this once and kept nowhere in the clear. Somebody whose address is here already is shown, and nobody is
 * written to: the answer has the same form as for a free address (EN-09).
 */
export async function addHere(visit: Visit, person: NewPerson): Promise<Submitted> {
  const { parts, organization } = visit
  const { email, username } = person
  const name = email === null ? (username ?? '') : canonicalEmail(email)
  const allowance = await spendDeed(parts, organization.id, signedInHere(visit), name)
  if (!allowance.allowed) return { tooMany: allowance.retryAfterSeconds }
  try {
    return await (email === null ? handOut(visit, person) : sendInvitation(visit, { ...person, email }))
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return { errors: { form: [{ key: 'errors.person.just-added' }] } }
  }
}

async function sendInvitation(visit: Visit, person: NewPerson & { email: string }): Promise<Submitted> {
  const { parts, organization } = visit
  const invited = await addByInvitation(parts, organization.id, person, {
    findMaker: makerSignedIn(signedInHere(visit)),
    invite: (tx, ...of) => invite(parts, tx, ...of),
  })
  switch (invited.outcome) {
    case 'added':
      return { goTo: addressOf(invited.account.id), notice: 'person-invited' }
    case 'email-taken':
      return { goTo: addressOf(invited.account.id), notice: 'person-there' }
    case 'username-taken':
      return { errors: { username: [{ key: 'errors.username.taken' }] } }
    case 'needs-username':
      return { errors: { username: [{ key: 'errors.username.needed' }] } }
    case 'no-such-maker':
      return SESSION_ENDED
  }
}

async function handOut(visit: Visit, person: NewPerson): Promise<Submitted> {
  const { parts, organization, locale } = visit
  const findMaker = makerSignedIn(signedInHere(visit))
  const handed = await addWithInitialPassword(parts, organization.id, person, findMaker)
  switch (handed.outcome) {
    case 'added':
      return shownOnce(visit, {
        id: handed.account.id,
        fullName: handed.account.fullName,
        username: handed.account.username,
        isNew: handed.isNew,
        password: handed.password,
        until: formatInstant(handed.until, locale),
      })
    case 'no-such-maker':
      return SESSION_ENDED
    default:
      return { errors: { username: [{ key: 'errors.username.taken' }] } }
  }
}

/** In the answer to the form and nowhere else: no address, cookie or table ever has it (promise P8). */
function shownOnce({ parts, organization }: Visit, handed: object): Show {
  const signInUrl = `${parts.publicUrl}/${organization.slug}/sign-in`
  return { show: 'manage/people/initial-password', status: 200, view: { ...handed, signInUrl } }
}
