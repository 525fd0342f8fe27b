import { join } from 'node:path'
import type { Context, Middleware } from 'koa'
import koaViews from 'koa-views'
import nunjucks from 'nunjucks'
import { formatInstant } from '../i18n/format.ts'
import { initialOf } from '../i18n/initial.ts'
import { projectRoot } from '../platform/root.ts'
import type { AskedAgain } from '../profile/step-up.ts'
import type { WayIn } from '../recovery/requests/store.ts'
import type { Places } from './places.ts'
import type { FormErrors } from './form.ts'
import { localeOf, offeredLanguages } from './language.ts'
import type { TakenNotice } from './notice.ts'
import type { WebParts } from './parts.ts'
import type { Visit } from './visit.ts'

const TEMPLATES = join(projectRoot, 'templates')

/** What a page shows besides its own view. */
interface Frame {
  /** Null on pages of no organization. */
  visit: Visit | null
  form?: { values: Record<string, string>; errors: FormErrors }
  csrf?: string
  notice?: TakenNotice | null
  /** What lets somebody into the account of who is signed in here. */
  wayIn?: WayIn | null
  /** The navigation of the Personal Centre or of who runs the organization, on their pages. */
  places?: Places | null
  /** What the forms of a page carry that is for who is signed in. */
  madeFor?: string | null
  /** What the form of the page asks for to prove again who is signed in. */
  proof?: AskedAgain | null
  /** Shown in a frame, and nobody's page. */
  isPreview?: boolean
}

/** One for all portals of a process: it keeps what it has compiled, which is the same for each of them. */
const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(TEMPLATES), {
  autoescape: true,
  throwOnUndefined: false,
  trimBlocks: true,
})
environment.addFilter('initial', initialOf)

/**
 * koa-views over our own nunjucks Environment: everything is escaped, templates are compiled once, and what an
 * organization or a person wrote is only ever a value in them.
 */
export function views(): Middleware {
  const render = (file: string, locals: object) =>
    new Promise<string>((resolve, reject) => {
      environment.render(file.slice(TEMPLATES.length + 1), locals, (error, html) => {
        if (error || html === null) reject(error ?? new Error(`${file} rendered to nothing`))
        else resolve(html)
      })
    })
  return koaViews(TEMPLATES, { extension: 'njk', engineSource: { njk: render } })
}

/** Renders a template with exactly `page`, `form`, `brand`, `t` and `csrf`; never with anything of a request's body. */
export async function renderPage(
  ctx: Context,
  parts: WebParts,
  template: string,
  view: object,
  { visit, form, csrf, notice, wayIn, places, madeFor, proof, isPreview }: Frame,
): Promise<void> {
  const locale = visit?.locale ?? localeOf(ctx, parts)
  const leavingAt = visit?.person?.leavingAt
  const organization = visit && shownOrganization(visit)
  await ctx.render(template, {
    page: {
      name: template,
      lang: locale,
      organization,
      person: visit?.person ? { fullName: visit.person.account.fullName } : null,
      notice: notice ?? null,
      wayIn: wayIn && {
        heldUntil: wayIn.heldUntil && formatInstant(wayIn.heldUntil, locale),
        openUntil: wayIn.openUntil && formatInstant(wayIn.openUntil, locale),
      },
      leavingOn: places && leavingAt ? formatInstant(leavingAt, locale) : null,
      places: places ?? null,
      madeFor: madeFor ?? null,
      proof: proof ?? null,
      // A form without a token would be refused.
      languages: csrf ? offeredLanguages(parts, locale) : [],
      demo: parts.demo !== null && !isPreview,
      isPreview: isPreview === true,
      answersForm: form !== undefined && ctx.method === 'POST',
      assets: { ...parts.assets.addresses, brand: visit && brandAddress(visit) },
      base: organization ? `/${organization.slug}` : '',
      view,
    },
    form: { values: form?.values ?? {}, errors: form?.errors ?? {}, submitted: form !== undefined },
    brand: { name: organization?.name ?? '', support: visit?.settings.branding.support ?? null },
    t: parts.words.in(locale),
    csrf: csrf ?? '',
  })
}

function shownOrganization({ organization: { slug, name }, settings: { branding } }: Visit) {
  return { slug, name, logo: branding.logo && `/${slug}/logo/${branding.logo}` }
}

/** The address of an organization's colours changes with them, so that browsers may keep what they have. */
function brandAddress({ organization, settings }: Visit): string {
  return `/${organization.slug}/brand.css?color=${settings.branding.color.slice(1)}`
}
