import type { Context } from 'koa'
import { isId } from '../../platform/random.ts'
import { mayStopRequest, stopByLetter } from '../../recovery/stop-request.ts'
import { definePage } from '../page.ts'

/** Stops a request to the organization, from the letter about it. Opening the page does nothing; its button does. */
export const stopRequest = definePage({
  path: '/recover/stop-request',
  template: 'recover/stop-request',
  async view({ parts, organization }, ctx) {
    const isOpen = await mayStopRequest(parts, organization.id, namedIn(ctx))
    return isOpen ? { view: { isOpen } } : { show: 'recover/stop-request', status: 410, view: { isOpen } }
  },
  fields: {},
  async submit({ parts, organization, visitor }, _values, ctx) {
    const stopped = await stopByLetter(parts, organization.id, namedIn(ctx), visitor)
    return stopped
      ? { goTo: '/sign-in', notice: 'request-stopped' }
      : { show: 'recover/stop-request', status: 410, view: { isOpen: false } }
  },
})

function namedIn(ctx: Context): { requestId: string; token: string } {
  const { request, token } = ctx.query
  return {
    requestId: typeof request === 'string' && isId(request) ? request : '',
    token: typeof token === 'string' ? token : '',
  }
}
