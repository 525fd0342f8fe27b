import type Router from '@koa/router'
import { withoutOrganization } from '../database/transaction.ts'
import { oldestDue } from '../delivery/outbox.ts'
import { SECOND } from '../platform/clock.ts'
import { Unavailable } from '../platform/unavailable.ts'
import type { WebParts } from './parts.ts'

/** `/healthz`: the process answers. `/readyz`: it can serve; how far the worker lags is told, and fails nothing. */
export function mountHealth(router: Router, { database, log }: WebParts): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' }
  })
  router.get('/readyz', async (ctx) => {
    try {
      const waitingSeconds = await withoutOrganization(database, async (tx) => {
        const due = await oldestDue(tx)
        return due ? Math.max(0, Math.round((tx.now.getTime() - due.getTime()) / SECOND)) : 0
      })
      ctx.body = { status: 'ok', oldestMessageWaitsSeconds: waitingSeconds }
    } catch (error) {
      if (!(error instanceof Unavailable)) log.error({ err: error }, 'readiness could not be told')
      ctx.status = 503
      ctx.body = { status: 'unavailable' }
    }
  })
}
