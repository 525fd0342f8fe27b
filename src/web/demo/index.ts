import type Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { firstAccounts } from '../../accounts/store.ts'
import { withOrganization } from '../../database/transaction.ts'
import { named, readableOn } from '../../organizations/branding.ts'
import { allOrganizations, currentSettings } from '../../organizations/store.ts'
import { Refused } from '../errors.ts'
import { mountSwitch, tokenOfNobody } from '../language-switch.ts'
import type { WebParts } from '../parts.ts'
import { renderPage } from '../views.ts'
import { showMessage, showOutbox, showOutboxAsJson } from './outbox.ts'

/** Who came with the demo came first; whoever was added or imported since has no password that the page knows. */
const MOST_PEOPLE = 12

type Demo = NonNullable<WebParts['demo']>

/** The demo's own pages. They show reset links, so they answer this machine only, whatever the address in front. */
export function mountDemo(router: Router, parts: WebParts): void {
  router.get('/demo/outbox', onlyThisMachine, (ctx) => showOutbox(ctx, parts))
  mountSwitch(router, parts, '/demo/outbox', onlyThisMachine)
  router.get('/demo/outbox.json', onlyThisMachine, (ctx) => showOutboxAsJson(ctx, parts))
  router.get('/demo/outbox/:message', onlyThisMachine, (ctx) => showMessage(ctx, parts))
}

/** The organizations, what each shows, and who lives there. */
export async function showDemoIndex(ctx: Context, parts: WebParts, demo: Demo): Promise<void> {
  const known = (await allOrganizations(parts.database)).filter(({ slug }) => demo.slugs.includes(slug))
  const organizations = []
  for (const organization of known) {
    const { people, settings } = await withOrganization(parts.database, organization.id, async (tx) => ({
      people: await firstAccounts(tx, MOST_PEOPLE),
      ...(await currentSettings(tx)),
    }))
    const { slug, name } = named(organization, settings)
    const { color } = settings.branding
    organizations.push({
      slug,
      name,
      color,
      onColor: readableOn(color),
      kind_key: `demo.index.kinds.${slug}`,
      summary_key: `demo.index.organizations.${slug}`,
      people: people.map(({ username, fullName, role, email }) => ({ username, fullName, role, email })),
    })
  }
  const { password, authenticator } = demo
  const view = { organizations, password, authenticator }
  await renderPage(ctx, parts, 'demo/index', view, { visit: null, csrf: tokenOfNobody(ctx, parts) })
}

const onlyThisMachine: Middleware = async (ctx, next) => {
  const peer = ctx.req.socket.remoteAddress ?? ''
  const isLocal = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(peer)
  const isLocalHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(ctx.req.headers.host ?? '')
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'].some(
    (name) => ctx.get(name) !== '',
  )
  if (!isLocal || !isLocalHost || isForwarded) throw new Refused(404)
  await next()
}
