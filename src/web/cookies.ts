import type { Context } from 'koa'
import { DAY, MINUTE } from '../platform/clock.ts'
import { SIGN_UP_KEPT_FOR } from '../accounts/signup-store.ts'
import { WAITS_FOR_DELIVERY } from '../recovery/attempt.ts'
import { ABSOLUTE_LIMIT } from '../sessions/session.ts'
import { KNOWN_FOR } from '../sessions/devices-store.ts'
import { HALF_DONE_FOR } from '../signin/store.ts'

/** What each cookie of an organization is for, and how long a browser keeps it, in milliseconds. */
const LIFETIMES = {
  /** A person's session. */
  session: ABSOLUTE_LIMIT,
  /** A sign-in that waits for its second factor. */
  half: HALF_DONE_FOR,
  /** A recovery under way. */
  recovery: WAITS_FOR_DELIVERY,
  /** A sign-up whose mailbox is to be proven. */
  'sign-up': SIGN_UP_KEPT_FOR,
  /** A browser that its person signed in from before. */
  device: KNOWN_FOR,
  /** What form tokens are bound to. */
  form: DAY,
  /** What was typed and not taken, until its person has signed in again. */
  unsent: 15 * MINUTE,
  /** What the next page says once. */
  notice: MINUTE,
  /** The language that was chosen in this browser. */
  language: KNOWN_FOR,
}

export type CookieName = keyof typeof LIFETIMES

/**
 * One organization's cookies in one browser. The slug is part of each name, so that two organizations live side by side; but
 * a language is the reader's, whichever organization they turn to, and is kept before they have said which. `__Host-` and Secure come with an https address of ours and not with the request, which a proxy may show as http.
 */
export interface Cookies {
  read(name: CookieName): string | undefined
  write(name: CookieName, value: string): void
  clear(name: CookieName): void
}

/** `slug` is null on pages that belong to no organization. */
export function cookiesOf(ctx: Context, slug: string | null, isHttps: boolean): Cookies {
  ctx.cookies.secure = isHttps
  const fullName = (name: CookieName) =>
    `${isHttps ? '__Host-' : ''}latchkey-${name}${slug === null || name === 'language' ? '' : `.${slug}`}`
  const options = { httpOnly: true, sameSite: 'lax', secure: isHttps, path: '/', overwrite: true } as const
  return {
    read: (name) => ctx.cookies.get(fullName(name)),
    write: (name, value) =>
      void ctx.cookies.set(fullName(name), value, { ...options, maxAge: LIFETIMES[name] }),
    clear: (name) => void ctx.cookies.set(fullName(name), null, options),
  }
}
