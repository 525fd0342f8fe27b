import type Router from '@koa/router'
import { readableOn } from '../organizations/branding.ts'
import { Refused } from './errors.ts'
import type { WebParts } from './parts.ts'
import { openVisit, pathPart } from './visit.ts'

/**
 * An organization's colour as a stylesheet, because the security policy allows no style in a page. The address carries
 * the colour only to change with it; what is served comes from the settings.
 */
export function mountBrand(router: Router, parts: WebParts): void {
  router.get('/:organization/brand.css', async (ctx) => {
    const visit = await openVisit(parts, ctx, pathPart(ctx, 'organization'))
    if (!visit) throw new Refused(404)
    const { color } = visit.settings.branding
    ctx.type = 'text/css'
    ctx.set('Cache-Control', 'private, max-age=3600')
    ctx.body = `:root { --brand: ${color}; --on-brand: ${readableOn(color)}; }\n`
  })
}
