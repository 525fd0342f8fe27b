import type Router from '@koa/router'
import { readableOn } from '../organizations/branding.ts'
import { isSlug } from '../organizations/organization.ts'
import { organizationBySlug } from '../organizations/store.ts'
import { Refused } from './errors.ts'
import type { WebParts } from './parts.ts'
import { pathPart } from './visit.ts'

/**
 * An organization's colour as a stylesheet, because the security policy allows no style in a page. The colour is in the
 * address, so that browsers may keep it for ever and an owner can look at one before it is everybody's. Nothing but six
 * digits of it comes back, and no page links to a colour that a stranger chose.
 */
export function mountBrand(router: Router, parts: WebParts): void {
  router.get('/:organization/brand.css', async (ctx) => {
    const slug = pathPart(ctx, 'organization')
    const organization = isSlug(slug) ? await organizationBySlug(parts.database, slug) : null
    const [color] = /^[0-9a-f]{6}$/.exec(String(ctx.query['color'])) ?? []
    if (organization?.state !== 'active' || color === undefined) throw new Refused(404)
    ctx.type = 'text/css'
    ctx.set('Cache-Control', 'private, max-age=31536000, immutable')
    ctx.body = `:root { --brand: #${color}; --on-brand: ${readableOn(`#${color}`)}; }\n`
  })
}
