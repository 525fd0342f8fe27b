import type { Cookies } from './cookies.ts'

/** What a page says once, after something was done on another; its words are under `notices`. */
export const NOTICES = [
  'signed-out',
  'session-ended',
  'message-sent-again',
  'code-sent-again',
  'password-changed',
  'recovered',
] as const
export type Notice = (typeof NOTICES)[number]

/** Takes the notice that the last page left in the browser. A cookie and not the address, where a link could claim it. */
export function takeNotice(cookies: Cookies): Notice | null {
  const left = cookies.read('notice')
  if (left === undefined) return null
  cookies.clear('notice')
  return NOTICES.find((notice) => notice === left) ?? null
}
