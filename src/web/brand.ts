import type Router from '@koa/router'
import { withOrganization } from '../database/transaction.ts'
import { readableOn } from '../organizations/branding.ts'
import { isSlug } from '../organizations/organization.ts'
import { currentSettings, organizationBySlug } from '../organizations/store.ts'
import { Refused } from './errors.ts'
import type { WebParts } from './parts.ts'
import { pathPart } from './visit.ts'

/**
 * An organization's colour as a stylesheet, because the security policy allows no style in a page. The address carries
 * the colour only to change with it; what is served comes from the settings.
 */
export function mountBrand(router: Router, parts: WebParts): void {
  router.get('/:organization/brand.css', async (ctx) => {
    const slug = pathPart(ctx, 'organization')
    const organization = isSlug(slug) ? await organizationBySlug(parts.database, slug) : null
    if (organization?.state !== 'active') throw new Refused(404)
    const { settings } = await withOrganization(parts.database, organization.id, currentSettings)
    const { color } = settings.branding
    ctx.type = 'text/css'
    ctx.set('Cache-Control', 'private, max-age=3600')
    ctx.body = `:root { --brand: ${color}; --on-brand: ${readableOn(color)}; }\n`
  })
}
