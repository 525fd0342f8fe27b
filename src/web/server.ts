import bodyParser from '@koa/bodyparser'
import Koa, { type Context, type Middleware } from 'koa'
import { newId } from '../platform/random.ts'
import { systemClock } from '../platform/clock.ts'
import { serveAssets, type Assets } from './assets.ts'
import { errorPages, Refused } from './errors.ts'
import { headers, neverStored, onlyOurHost } from './headers.ts'
import type { WebParts } from './parts.ts'
import { healthRoutes, routes, takesFiles } from './routes.ts'
import { views } from './views.ts'
import { requestIdOf } from './visit.ts'

/** The largest form of ours is a twentieth of this. */
const LARGEST_BODY = '16kb'

/** The portal as a Koa application: what every request goes through, in order, and then the pages. */
export function createServer(parts: WebParts): Koa {
  const koa = new Koa({ env: parts.config.environment })
  koa.proxy = parts.config.server.trustedProxies > 0
  koa.maxIpsCount = parts.config.server.trustedProxies
  koa.on('error', (error: unknown) => parts.log.error({ err: error }, 'a response could not be sent'))

  const router = routes(parts)
  koa.use(numberAndLog(parts))
  koa.use(headers(parts.publicUrl))
  koa.use(neverStored())
  koa.use(healthRoutes(parts).routes())
  koa.use(views())
  koa.use(errorPages(parts))
  koa.use(onlyOurHost(parts.publicUrl))
  koa.use(serveAssets(parts.assets))
  koa.use(onlyForms())
  koa.use(bodyParser({ enableTypes: ['form'], formLimit: LARGEST_BODY, onError: refuseBody }))
  koa.use(router.routes())
  koa.use(router.allowedMethods())
  return koa
}

/** Gives each request an id and one line in the log: never its query or body, which hold tokens and passwords. */
function numberAndLog({ random, log, assets, onAnswered }: WebParts): Middleware {
  return async (ctx, next) => {
    const began = systemClock.now()
    ctx.set('X-Request-Id', newId(random, began))
    await next()
    const milliseconds = systemClock.now().getTime() - began.getTime()
    const { method, path, status } = ctx
    onAnswered({ method, route: routeOf(ctx, assets), status, milliseconds })
    log.info({ requestId: requestIdOf(ctx), method, path, status, milliseconds }, 'request')
  }
}

/** The pattern that an address matched; of all that matched none, one name. */
function routeOf({ path, _matchedRoute }: Context, { byAddress }: Assets): string {
  if (typeof _matchedRoute === 'string') return _matchedRoute
  return byAddress.has(path) ? 'asset' : 'none'
}

/** Pages take what forms of theirs send, and nothing else; files only where there is a field for one. */
function onlyForms(): Middleware {
  return async (ctx, next) => {
    const isForm =
      ctx.is('application/x-www-form-urlencoded') || (ctx.is('multipart/form-data') && takesFiles(ctx.path))
    if (ctx.method === 'POST' && !isForm) throw new Refused(415)
    await next()
  }
}

function refuseBody(error: Error & { status?: number }): never {
  throw new Refused(error.status === 413 ? 413 : 400)
}
