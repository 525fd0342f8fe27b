import type { Context, Middleware } from 'koa'
import { Unavailable } from '../platform/unavailable.ts'
import type { WebParts } from './parts.ts'
import { renderPage } from './views.ts'
import { waitFor } from './wait.ts'
import { requestIdOf, visitOf } from './visit.ts'

const STATUSES = [400, 403, 404, 405, 408, 413, 415, 421, 429, 500, 503] as const
type RefusalStatus = (typeof STATUSES)[number]

/** What a request is refused for that somebody may be trying out. */
type Suspicion = 'role' | 'form-token' | 'host' | 'limit' | 'signature' | 'step'

/** Names in the log what a request was refused for: many of them show an attack (ASVS 16.3.2, 16.3.3). */
export function logRefusal({ log }: Pick<WebParts, 'log'>, requestId: string, reason: Suspicion): void {
  log.warn({ requestId, reason }, 'a request was refused')
}

/** A request that is answered with an error page. Everything else that is thrown is a fault of ours, a 500. */
export class Refused extends Error {
  override name = 'Refused'
  readonly status: RefusalStatus
  readonly retryAfterSeconds: number | null
  readonly reason: Suspicion | null

  constructor(status: RefusalStatus, options: { retryAfterSeconds?: number; reason?: Suspicion } = {}) {
    super(`refused with ${status}`)
    this.status = status
    this.reason = options.reason ?? null
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }
}

/** Answers every failure below it with a calm page: what happened, what to do, and the id that finds it in the log. */
export function errorPages(parts: WebParts): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.body === undefined && ctx.status === 404) throw new Refused(404)
      if (ctx.status === 405 || ctx.status === 501) throw new Refused(405)
    } catch (error) {
      const refused = asRefused(error)
      const line = { err: error, requestId: requestIdOf(ctx) }
      if (refused.status === 500) parts.log.error(line, 'a request failed')
      else if (refused.reason) logRefusal(parts, requestIdOf(ctx), refused.reason)
      else if (refused.status === 503) parts.log.warn(line, 'a request could not be served now')
      await show(ctx, parts, refused)
    }
  }
}

function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error
  if (error instanceof Unavailable) return new Refused(503, { retryAfterSeconds: error.retryAfterSeconds })
  // Koa, its router and its body parser say by a status that the request is to blame.
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
  const blamesRequest = status >= 400 && status < 500
  return new Refused(STATUSES.find((known) => known === status) ?? (blamesRequest ? 400 : 500))
}

/** What the page calls a refusal: who may not open a page hears that, and not that a form was too old. */
function wordsOf({ status, reason }: Refused): RefusalStatus | 'role' {
  return status === 403 && reason !== 'form-token' ? 'role' : status
}

async function show(ctx: Context, parts: WebParts, refused: Refused): Promise<void> {
  const visit = visitOf(ctx)
  const words = wordsOf(refused)
  const page = visit?.person ? 'account' : 'sign-in'
  const view = {
    words,
    page,
    status: refused.status,
    requestId: requestIdOf(ctx),
    wait: refused.retryAfterSeconds ? waitFor(refused.retryAfterSeconds, 'page') : null,
    // Under another Host a path would lead to the same refusal.
    start: `${refused.status === 421 ? parts.publicUrl : ''}/${visit ? `${visit.organization.slug}/${page}` : ''}`,
  }
  ctx.set('Cache-Control', 'no-store')
  if (refused.retryAfterSeconds) ctx.set('Retry-After', String(refused.retryAfterSeconds))
  try {
    await renderPage(ctx, parts, 'error', view, { visit })
  } catch (error) {
    parts.log.error({ err: error, requestId: view.requestId }, 'the error page itself failed')
    ctx.body = `Error ${refused.status}. Request ${view.requestId}.`
  }
  ctx.status = refused.status
}
