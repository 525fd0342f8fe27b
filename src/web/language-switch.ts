import type Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { changeLanguage } from '../profile/change-language.ts'
import { cookiesOf, type Cookies } from './cookies.ts'
import { formToken, isOwnForm } from './csrf.ts'
import { Refused } from './errors.ts'
import type { WebParts } from './parts.ts'
import { signedInHere } from './step-up.ts'
import type { Visit } from './visit.ts'

/** The name of the buttons that stand at the foot of every page; no field of a form may have it. */
const SWITCH = 'pageLanguage'

/** What form tokens of pages that belong to no organization are bound to. */
const NO_ORGANIZATION = ''

/** Whether a form is the switch at the foot of the page that it was sent from. */
export function isSwitch(body: Record<string, unknown>): boolean {
  return body[SWITCH] !== undefined
}

/**
 * Answers the switch: the same page, in the language of the button that was pressed. What stood half filled in on the page
 * is not kept, as with any link on it. A language that there is not changes nothing.
 */
export async function switchLanguage(
  ctx: Context,
  visit: Visit,
  body: Record<string, unknown>,
): Promise<void> {
  const locale = offeredIn(visit.parts, body)
  if (locale !== null) await keepLanguage(visit, locale)
  backToSelf(ctx)
}

/**
 * Keeps a choice of language: in this browser, and for who is signed in also in their account, in whose language messages
 * come. Null leaves it to what the browser says. False when the session has ended meanwhile.
 */
export async function keepLanguage(visit: Visit, locale: string | null): Promise<boolean> {
  const { parts, organization, cookies, person } = visit
  rememberIn(cookies, locale)
  return person === null || changeLanguage(parts, organization.id, { ...signedInHere(visit), locale })
}

/** The form token of a page that belongs to no organization. */
export function tokenOfNobody(ctx: Context, parts: WebParts): string {
  return formToken(parts, NO_ORGANIZATION, cookiesOfNobody(ctx, parts))
}

/** Puts the switch on an address that belongs to no organization. */
export function mountSwitch(router: Router, parts: WebParts, path: string, ...before: Middleware[]): void {
  router.post(path, ...before, (ctx: Context) => {
    const body = (ctx.request.body ?? {}) as Record<string, unknown>
    const cookies = cookiesOfNobody(ctx, parts)
    if (!isSwitch(body)) throw new Refused(405)
    if (!isOwnForm(ctx, parts, NO_ORGANIZATION, cookies, body['csrf']))
      throw new Refused(403, { reason: 'form-token' })
    const locale = offeredIn(parts, body)
    if (locale !== null) rememberIn(cookies, locale)
    backToSelf(ctx)
  })
}

function offeredIn({ words }: WebParts, body: Record<string, unknown>): string | null {
  return words.locales.find((locale) => locale === body[SWITCH]) ?? null
}

function rememberIn(cookies: Cookies, locale: string | null): void {
  if (locale === null) cookies.clear('language')
  else cookies.write('language', locale)
}

/** The address that was posted to has a page of ours, so that it is no other site's; only its path is said again. */
function backToSelf(ctx: Context): void {
  ctx.status = 303
  ctx.set('Location', ctx.path + ctx.search)
  ctx.body = ''
}

function cookiesOfNobody(ctx: Context, { publicUrl }: WebParts): Cookies {
  return cookiesOf(ctx, null, publicUrl.startsWith('https:'))
}
