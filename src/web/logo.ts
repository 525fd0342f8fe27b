import type Router from '@koa/router'
import { withOrganization } from '../database/transaction.ts'
import { logoUnder } from '../organizations/logo-store.ts'
import { isSlug } from '../organizations/organization.ts'
import { organizationBySlug } from '../organizations/store.ts'
import { Refused } from './errors.ts'
import type { WebParts } from './parts.ts'
import { pathPart } from './visit.ts'

/** An organization's logo, under the hash of its content: a change of it is a change of address. */
export function mountLogo(router: Router, parts: WebParts): void {
  router.get('/:organization/logo/:hash', async (ctx) => {
    const [slug, hash] = [pathPart(ctx, 'organization'), pathPart(ctx, 'hash')]
    const organization = isSlug(slug) ? await organizationBySlug(parts.database, slug) : null
    if (organization?.state !== 'active' || !/^[0-9a-f]{64}$/.test(hash)) throw new Refused(404)
    const png = await withOrganization(parts.database, organization.id, (tx) => logoUnder(tx, hash))
    if (!png) throw new Refused(404)
    ctx.type = 'image/png'
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
    ctx.body = png
  })
}
