import type { Context } from 'koa'
import { isToken, newToken, type Random } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Cookies } from './cookies.ts'

const PURPOSE = 'form token'

/**
 * The form token of a browser: a keyed hash of a random cookie that only we can set (a signed double submit). The cookie
 * is made on the first page with a form, anonymous ones too, because signing somebody in as another person is an attack
 * as well (CWE-352).
 */
export function formToken(
  parts: { secrets: Secrets; random: Random },
  organizationId: string,
  cookies: Cookies,
): string {
  let seed = cookies.read('form')
  if (!seed || !isToken(seed)) seed = newToken(parts.random)
  // Written again each time: a form that was opened just now must not be too old to send.
  cookies.write('form', seed)
  return parts.secrets.keyedHash(PURPOSE, organizationId, seed)
}

/**
 * Whether a POST comes from a page of ours: the browser must not say that it comes from elsewhere (Sec-Fetch-Site, else
 * Origin; OWASP CSRF Cheat Sheet), and the form must carry the browser's token.
 */
export function isOwnForm(
  ctx: Context,
  parts: { secrets: Secrets; publicUrl: string },
  organizationId: string,
  cookies: Cookies,
  presented: unknown,
): boolean {
  const seed = cookies.read('form')
  return (
    comesFromOurselves(ctx, parts.publicUrl) &&
    seed !== undefined &&
    typeof presented === 'string' &&
    parts.secrets.isKeyedHash(presented, PURPOSE, organizationId, seed)
  )
}

function comesFromOurselves(ctx: Context, publicUrl: string): boolean {
  const site = ctx.get('Sec-Fetch-Site')
  if (site) return site === 'same-origin' || site === 'none'
  const origin = ctx.get('Origin')
  return origin === '' || origin === publicUrl
}
