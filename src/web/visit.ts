import bowser from 'bowser'
import type { Context } from 'koa'
import type { Account } from '../accounts/account.ts'
import { accountById } from '../accounts/store.ts'
import { withOrganization } from '../database/transaction.ts'
import { named } from '../organizations/branding.ts'
import { isSlug, type Organization } from '../organizations/organization.ts'
import type { Settings } from '../organizations/settings.ts'
import { currentSettings, organizationBySlug } from '../organizations/store.ts'
import { limitedAddress, shownAddress } from '../platform/address.ts'
import type { Visitor } from '../platform/visitor.ts'
import { deletedFrom } from '../profile/deletion.ts'
import { wayInto, type WayIn } from '../recovery/requests/store.ts'
import { sessionOf } from '../sessions/store.ts'
import type { Session } from '../sessions/session.ts'
import { cookiesOf, type Cookies } from './cookies.ts'
import { localeOf } from './language.ts'
import type { WebParts } from './parts.ts'

/** One request to a page of one organization: who asks, where, in which language. */
export interface Visit {
  parts: WebParts
  organization: Organization
  settings: Settings
  /** The number under which these settings were saved: whoever decides on others says that it was on these. */
  settingsVersion: number
  cookies: Cookies
  visitor: Visitor
  locale: string
  /** The instant at which all of this was read. */
  now: Date
  /** Null for who is not signed in. */
  person: {
    account: Account
    session: Session
    wayIn: WayIn | null
    /** When the account is deleted, as its person wants it. */
    leavingAt: Date | null
  } | null
}

/** Kept beside the context and not in `ctx.state`, which koa-views would hand to every template. */
const visits = new WeakMap<Context['req'], Visit>()

/** The visit that a request turned out to be; null before that is known, and on pages of no organization. */
export function visitOf(ctx: Context): Visit | null {
  return visits.get(ctx.req) ?? null
}

/** Finds out whose page is asked for, and by whom. Null: there is no such organization, or it is suspended. */
export async function openVisit(parts: WebParts, ctx: Context, slug: string): Promise<Visit | null> {
  const organization = isSlug(slug) ? await organizationBySlug(parts.database, slug) : null
  if (organization?.state !== 'active') return null
  const cookies = cookiesOf(ctx, slug, parts.publicUrl.startsWith('https:'))
  const token = cookies.read('session')
  const { now, current, person } = await withOrganization(parts.database, organization.id, async (tx) => {
    const session = token ? await sessionOf(tx, token) : null
    const account = session && (await accountById(tx, session.accountId))
    return {
      now: tx.now,
      current: await currentSettings(tx),
      // A suspension counts from the next request on (ASVS 7.4.2).
      person:
        session && account?.state === 'active'
          ? {
              account,
              session,
              wayIn: await wayInto(tx, account),
              leavingAt: await deletedFrom(tx, account),
            }
          : null,
    }
  })
  const { settings, version: settingsVersion } = current
  const locale = localeOf(ctx, parts, {
    person: person?.account.locale ?? null,
    organization: settings.branding.locale,
  })
  const visit = {
    parts,
    organization: named(organization, settings),
    settings,
    settingsVersion,
    cookies,
    visitor: visitorOf(ctx),
    locale,
    now,
    person,
  }
  visits.set(ctx.req, visit)
  return visit
}

/** Who stands at the other end, from the connection and the headers of proxies that are trusted. */
export function visitorOf(ctx: Context): Visitor {
  return {
    network: limitedAddress(ctx.ip),
    place: shownAddress(ctx.ip),
    device: deviceInWords(ctx.get('User-Agent')),
    requestId: requestIdOf(ctx),
  }
}

/** The id under which a request is found in the log; whoever was refused can read it out. */
export function requestIdOf(ctx: Context): string {
  return ctx.response.get('X-Request-Id')
}

const KNOWN_NAMES = new Set([...Object.values(bowser.BROWSER_MAP), ...Object.values(bowser.OS_MAP)])

/**
 * "Firefox · Linux": names out of the library's own lists. For what it does not know it gives the header's text, which
 * anybody can write, and which would stand in a mail to somebody else.
 */
function deviceInWords(userAgent: string): string {
  if (userAgent === '') return ''
  const { browser, os } = bowser.parse(userAgent.slice(0, 500))
  return [browser.name, os.name].filter((name) => name !== undefined && KNOWN_NAMES.has(name)).join(' · ')
}

/** The person of a page that only signed-in people reach. */
export function signedInPerson({ person }: Visit): NonNullable<Visit['person']> {
  if (!person) throw new Error('a page for signed-in people was reached without a session')
  return person
}

/** A named part of the address, such as the slug in `/:organization/sign-in`. */
export function pathPart(ctx: Context, name: string): string {
  return (ctx['params'] as Record<string, string | undefined>)[name] ?? ''
}
