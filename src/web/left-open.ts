import type { CookieName } from './cookies.ts'
import type { Visit } from './visit.ts'

const PURPOSE = { recovery: 'page of a recovery', half: 'page of a half-done sign-in' } as const

const PERSON = 'page of a person'

/** What a form carries to be known as made for what this browser has under way now. */
export function markOf({ parts, cookies }: Visit, underWay: keyof typeof PURPOSE & CookieName): string {
  return parts.secrets.keyedHash(PURPOSE[underWay], cookies.read(underWay) ?? '')
}

/**
 * Whether a form was made for what this browser has under way now. Two people share a browser: a tab that was left open for
 * one must not set the other's password.
 */
export function isMarkOf(
  { parts, cookies }: Visit,
  underWay: keyof typeof PURPOSE & CookieName,
  mark: string,
): boolean {
  return parts.secrets.isKeyedHash(mark, PURPOSE[underWay], cookies.read(underWay) ?? '')
}

/** What the forms of a page carry to be known as made for who was signed in; null on pages for nobody. */
export function markOfPerson({ parts, organization, person }: Visit): string | null {
  return person && parts.secrets.keyedHash(PERSON, organization.id, person.account.id)
}

/** Whether a form was made for who is signed in now. */
export function isMadeFor({ parts, organization, person }: Visit, mark: string): boolean {
  return person !== null && parts.secrets.isKeyedHash(mark, PERSON, organization.id, person.account.id)
}
