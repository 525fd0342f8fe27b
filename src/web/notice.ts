import type { Cookies } from './cookies.ts'

/** What a page says once, after something was done on another; its words are under `notices`. */
export const NOTICES = [
  'signed-out',
  'session-ended',
  'sign-in-over',
  'recovery-code-used',
  'message-sent-again',
  'code-sent-again',
  'password-changed',
  'own-password',
  'language-changed',
  'recovered',
  'sessions-ended',
  'set-up-over',
  'renamed',
  'email-asked',
  'email-cancelled',
  'email-removed',
  'phone-cancelled',
  'phone-confirmed',
  'phone-removed',
  'authenticator-added',
  'authenticator-replaced',
  'authenticator-removed',
  'authenticator-codes',
  'request-stopped',
  'verification-sent-again',
  'sign-up-deleted',
  'request-over',
  'change-settled',
  'deletion-asked',
  'account-kept',
  'settings-saved',
  'request-approved',
  'request-approved-once',
  'request-refused',
  'test-sent',
  'settings-same',
  'people-asked',
  'import-started',
  'import-stopped',
  'import-forgotten',
  'sign-in-again',
  'unsent',
  'other-person',
  'person-invited',
  'person-there',
  'person-reset',
  'person-authenticator',
  'person-sessions',
  'person-role',
  'person-suspended',
  'person-reactivated',
  'person-deleted',
] as const
type NoticeName = (typeof NOTICES)[number]

/** The name of what is said, with a number where its words have one. */
export type Notice = NoticeName | `${NoticeName}.${number}`

/** A notice as templates print it. */
export interface TakenNotice {
  name: NoticeName
  count: number
}

/** Takes the notice that the last page left in the browser. A cookie and not the address, where a link could claim it. */
export function takeNotice(cookies: Cookies): TakenNotice | null {
  const left = cookies.read('notice')
  if (left === undefined) return null
  cookies.clear('notice')
  const [said, count] = left.split('.')
  const name = NOTICES.find((notice) => notice === said)
  return name ? { name, count: Number(count) || 0 } : null
}
