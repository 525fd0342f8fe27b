import type { Context, Middleware } from 'koa'
import helmet from 'koa-helmet'
import { Refused } from './errors.ts'

const DIRECTIVES = {
  defaultSrc: [`'self'`],
  objectSrc: [`'none'`],
  baseUri: [`'none'`],
  frameAncestors: [`'none'`],
  formAction: [`'self'`],
}

/**
 * The headers of every response, errors and redirects too (ASVS 3.4). Only our own files are loaded; nothing inline
 * runs or paints; nobody frames us; the full address is told to no other site.
 */
export function headers(publicUrl: string): Middleware {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: DIRECTIVES },
    // With no-referrer, browsers send `Origin: null` on form posts, and the check of the origin would fail.
    referrerPolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    hsts: publicUrl.startsWith('https:') && { maxAge: 63_072_000, includeSubDomains: true },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
}

/**
 * Lets a page of ours show this answer in a frame. In return the answer is put into a sandbox: no script of it runs and no
 * form of it is sent, so that there is nothing on it to trick anybody into pressing.
 */
export function allowFraming(ctx: Context): void {
  const policy = { ...DIRECTIVES, frameAncestors: [`'self'`], sandbox: ['allow-same-origin'] }
  ctx.set(
    'Content-Security-Policy',
    Object.entries(policy)
      .map(
        ([name, values]) =>
          `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${values.join(' ')}`,
      )
      .join(';'),
  )
  ctx.set('X-Frame-Options', 'SAMEORIGIN')
}

/** What pages say is for one person and now: no cache keeps it. Assets say otherwise for themselves. */
export function neverStored(): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store')
    await next()
  }
}

/**
 * Answers 421 for any Host but that of our public address (RFC 9110 §15.5.20): a forged one must not find its way into
 * a link or a cache. And 405 for the verbs that no page has.
 */
export function onlyOurHost(publicUrl: string): Middleware {
  const { host } = new URL(publicUrl)
  return async (ctx, next) => {
    if (ctx.req.headers.host !== host) throw new Refused(421, { reason: 'host' })
    if (!['GET', 'HEAD', 'POST'].includes(ctx.method)) {
      ctx.set('Allow', 'GET, HEAD, POST')
      throw new Refused(405)
    }
    await next()
  }
}
