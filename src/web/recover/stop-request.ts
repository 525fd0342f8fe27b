import type { Context } from 'koa'
import { examineStop, stopByLetter, type Stopping } from '../../recovery/requests/stop.ts'
import type { StopLink } from '../../recovery/requests/stop-link.ts'
import { definePage, type Show, type TooMany } from '../page.ts'
import { tokenOf } from '../token.ts'

/** Stops a request to the organization, from the letter about it. Opening the page does nothing; its button does. */
export const stopRequest = definePage({
  path: '/recover/stop-request',
  template: 'recover/stop-request',
  async view({ parts, organization, visitor }, ctx) {
    const standing = await examineStop(parts, organization.id, linkOf(ctx), visitor)
    return standing.outcome === 'open' ? { view: { isOpen: true } } : over(standing)
  },
  fields: {},
  async submit({ parts, organization, visitor }, _values, ctx) {
    const standing = await stopByLetter(parts, organization.id, linkOf(ctx), visitor)
    return standing.outcome === 'open' ? { goTo: '/sign-in', notice: 'request-stopped' } : over(standing)
  },
})

function over(standing: Stopping): Show | TooMany {
  if (standing.outcome === 'too-many') return { tooMany: standing.retryAfterSeconds }
  return { show: 'recover/stop-request', status: 410, view: { isOpen: false } }
}

function linkOf(ctx: Context): StopLink {
  const { request } = ctx.query
  return { requestId: typeof request === 'string' ? request : '', token: tokenOf(ctx) }
}
