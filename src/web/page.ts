import type Router from '@koa/router'
import type { Context } from 'koa'
import { formToken, isOwnForm } from './csrf.ts'
import { Refused } from './errors.ts'
import { readForm, type Fields, type FormErrors, type ValuesOf } from './form.ts'
import type { WebParts } from './parts.ts'
import { renderPage } from './views.ts'
import { openVisit, pathPart, type Visit } from './visit.ts'

/** What a template is given of its own. */
export type View = Record<string, unknown>

/** How a page answers: with its view, with another page, or with too many. */
export type Answer =
  { view: View } | { goTo: string } | { show: string; status: number; view: View } | TooMany
export interface TooMany {
  tooMany: number
}

/** What comes of a form that could be read: on to another page, or back to this one with what is wrong. */
export type Submitted =
  { goTo: string } | { errors: FormErrors } | { show: string; status: number; view: View } | TooMany

/** One screen: its address below the organization's, its template, and what it does. */
export interface Page<Form extends Fields = Fields> {
  path: string
  template: string
  /** Only for who is signed in; others are sent to sign-in. */
  signedIn?: boolean
  /** What the template is given. Reads only. Absent where the address takes nothing but POST. */
  view?: (visit: Visit, ctx: Context) => Promise<Answer> | Answer
  /** The form's fields, for a page that has one. */
  fields?: Form
  submit?: (visit: Visit, values: ValuesOf<Form>, ctx: Context) => Promise<Submitted>
}

/** Keeps a page's fields and the values of its `submit` in step for the compiler. */
export function definePage<Form extends Fields>(page: Page<Form>): Page {
  return page as unknown as Page
}

/**
 * Puts a page on the router. Here, once for all pages, is decided: 200 with the form, 422 with the form again and
 * nothing lost but secrets, 303 after success, 403 for forms that are not ours, 429 with when to come back.
 */
export function mount(router: Router, parts: WebParts, page: Page): void {
  const { view, submit } = page
  const path = `/:organization${page.path}`
  if (view) {
    router.get(path, async (ctx: Context) => {
      const visit = await admit(parts, page, ctx)
      if (visit) await answer(ctx, visit, page, await view(visit, ctx))
    })
  }
  if (submit) {
    router.post(path, async (ctx: Context) => {
      const visit = await admit(parts, page, ctx)
      if (!visit) return
      const body = (ctx.request.body ?? {}) as Record<string, unknown>
      if (!isOwnForm(ctx, parts, visit.organization.id, visit.cookies, body['csrf'])) throw new Refused(403)
      const form = readForm(page.fields ?? {}, body)
      const submitted = form.ok ? await submit(visit, form.values, ctx) : { errors: form.errors }
      if (!('errors' in submitted)) return answer(ctx, visit, page, submitted)
      const typed = form.ok ? form.values : form.typed
      await showAgain(ctx, visit, page, { values: withoutSecrets(typed), errors: submitted.errors })
    })
  }
}

/** The visit that a page is for; null when it was answered already, by sending the visitor to sign in. */
async function admit(parts: WebParts, page: Page, ctx: Context): Promise<Visit | null> {
  const visit = await openVisit(parts, ctx, pathPart(ctx, 'organization'))
  if (!visit) throw new Refused(404)
  if (page.signedIn && !visit.person) {
    redirect(ctx, visit, visit.cookies.read('session') ? '/sign-in?notice=session-ended' : '/sign-in')
    return null
  }
  return visit
}

async function answer(ctx: Context, visit: Visit, page: Page, given: Answer): Promise<void> {
  if ('tooMany' in given) throw new Refused(429, { retryAfterSeconds: given.tooMany })
  if ('goTo' in given) {
    redirect(ctx, visit, given.goTo)
    return
  }
  ctx.status = 'show' in given ? given.status : 200
  await render(ctx, visit, 'show' in given ? given.show : page.template, given.view, {
    values: {},
    errors: {},
  })
}

async function showAgain(
  ctx: Context,
  visit: Visit,
  page: Page,
  form: { values: Record<string, string>; errors: FormErrors },
): Promise<void> {
  const given = await page.view?.(visit, ctx)
  if (!given || !('view' in given))
    return given ? answer(ctx, visit, page, given) : Promise.reject(new Refused(400))
  ctx.status = 422
  await render(ctx, visit, page.template, given.view, form)
}

async function render(
  ctx: Context,
  visit: Visit,
  template: string,
  view: View,
  form: { values: Record<string, string>; errors: FormErrors },
): Promise<void> {
  const csrf = formToken(visit.parts, visit.organization.id, visit.cookies)
  await renderPage(ctx, visit.parts, template, view, { visit, form, csrf })
}

/** Only ever to a path of the same organization: what is not written in this program is no target (CWE-601). */
function redirect(ctx: Context, visit: Visit, path: string): void {
  ctx.status = 303
  ctx.set('Location', `/${visit.organization.slug}${path}`)
  ctx.body = ''
}

/** Secrets are typed again, never sent back (ASVS 14.3.3). */
function withoutSecrets(typed: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(typed).filter(([name]) => !/password|confirmation|code/i.test(name)),
  )
}
