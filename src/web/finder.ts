import type Router from '@koa/router'
import { isSlug } from '../organizations/organization.ts'
import { organizationBySlug } from '../organizations/store.ts'
import { showDemoIndex } from './demo/index.ts'
import { mountSwitch, tokenOfNobody } from './language-switch.ts'
import type { WebParts } from './parts.ts'
import { renderPage } from './views.ts'

/** `/`: where is your organization? In the demo, its index instead. */
export function mountFinder(router: Router, parts: WebParts): void {
  mountSwitch(router, parts, '/')
  router.get('/', async (ctx) => {
    const { organization: typed } = ctx.query
    if (typed === undefined && parts.demo) return showDemoIndex(ctx, parts, parts.demo)
    const slug = typeof typed === 'string' ? typed.trim().toLowerCase() : ''
    const organization = isSlug(slug) ? await organizationBySlug(parts.database, slug) : null
    if (organization?.state === 'active') {
      ctx.status = 303
      ctx.set('Location', `/${organization.slug}/sign-in`)
      return
    }
    const key = slug === '' ? 'errors.organization.missing' : 'errors.organization.unknown'
    const errors = typed === undefined ? {} : { organization: [{ key }] }
    ctx.status = typed === undefined ? 200 : 422
    await renderPage(
      ctx,
      parts,
      'home',
      {},
      { visit: null, form: { values: { organization: slug }, errors }, csrf: tokenOfNobody(ctx, parts) },
    )
  })
}
