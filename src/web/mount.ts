import type Router from '@koa/router'
import type { Context } from 'koa'
import { named } from '../organizations/branding.ts'
import { formToken, isOwnForm } from './csrf.ts'
import { logRefusal, Refused } from './errors.ts'
import { readForm, withoutSecrets, type Fields, type FormErrors, type ReadForm } from './form.ts'
import { allowFraming } from './headers.ts'
import { isSwitch, switchLanguage } from './language-switch.ts'
import { isMadeFor, markOfPerson } from './left-open.ts'
import { hasRole, isLeftOpen } from './manage/door.ts'
import { takeNotice } from './notice.ts'
import type { Answer, Download, GoTo, Page, Preview, Submitted, TooMany, View } from './page.ts'
import type { WebParts } from './parts.ts'
import { oneFileAtATime } from './one-file.ts'
import { placesAround } from './places.ts'
import { bodyOf, readSentForm, type FileLimits, type SentForm } from './sent-files.ts'
import { askedAgain, proveAgain } from './step-up.ts'
import { keepUnsent, takeUnsent } from './unsent.ts'
import { renderPage } from './views.ts'
import { openVisit, pathPart, signedInPerson, type Visit } from './visit.ts'
import { waitFor } from './wait.ts'

/**
 * Puts a page on the router. Here, once for all pages, is decided: 200 with the form, 422 with the form again and
 * nothing lost but secrets, 303 after success, 403 for forms that are not ours, 429 with when to come back, on the
 * form where there is one; and the language of every page that is shown can be switched on it.
 */
export function mount(router: Router, parts: WebParts, page: Page): void {
  const { view, submit } = page
  const path = `/:organization${page.path}`
  if (view) {
    router.get(path, async (ctx: Context) => {
      const visit = await visitHere(parts, page, ctx)
      const unsent = page.signedIn && visit.person ? takeUnsent(visit, pathHere(visit, ctx)) : null
      if (page.signedIn && !visit.person) redirect(ctx, visit, toSignIn(visit, false))
      else if (unsent && 'goTo' in unsent) redirect(ctx, visit, unsent)
      else await answer(ctx, visit, page, await view(visit, ctx, {}), unsent?.values)
    })
  }
  router.post(path, async (ctx: Context) => {
    if (!submit && !(view && isSwitch(bodyOf(ctx)))) {
      ctx.set('Allow', 'GET, HEAD')
      throw new Refused(405)
    }
    const visit = await visitHere(parts, page, ctx)
    const accountId = visit.person?.account.id
    // Files are read only for who may send them here.
    if (page.files && accountId !== undefined && ctx.is('multipart'))
      await oneFileAtATime(ctx, accountId, () => takeForm(ctx, visit, page, page.files))
    else await takeForm(ctx, visit, page, undefined)
  })
}

/** Takes what was sent to a page: a form of ours, or what is none. */
async function takeForm(
  ctx: Context,
  visit: Visit,
  page: Page,
  files: FileLimits | undefined,
): Promise<void> {
  const { view, submit } = page
  const isRefused = page.signedIn && !visit.person
  const sent = await readSentForm(ctx, files)
  const { body } = sent
  const switches = view !== undefined && isSwitch(body)
  const isOwn = isOwnForm(ctx, visit.parts, visit.organization.id, visit.cookies, body['csrf'])
  if (isRefused) {
    const isKept =
      isOwn &&
      view !== undefined &&
      !switches &&
      keepUnsent(visit, page.fields, body, pathHere(visit, ctx), ctx.search)
    redirect(ctx, visit, toSignIn(visit, isKept))
    return
  }
  if (!isOwn) throw new Refused(403, { reason: 'form-token' })
  if (page.signedIn && isAnothers(visit, body))
    redirect(ctx, visit, { goTo: '/account', notice: 'other-person' })
  else if (switches) await switchLanguage(ctx, visit, body)
  else if (submit) await take(ctx, visit, page, submit, sent)
}

/** Takes a form of ours: on to what comes of it, or the page again with what is wrong. */
async function take(
  ctx: Context,
  visit: Visit,
  page: Page,
  submit: NonNullable<Page['submit']>,
  { body, files }: SentForm,
): Promise<void> {
  const form = readHere(visit, page, body)
  const { look } = page
  if (look && body['look'] !== undefined) {
    const looked = form.ok ? await look(visit, form.values) : { errors: form.errors }
    if ('view' in looked) return answer(ctx, visit, page, looked)
    return showAgain(ctx, visit, page, looked, form.ok ? form.values : form.typed)
  }
  const asked = await askedAgain(visit, page.stepUp)
  const unproven = asked && (await proveAgain(visit, asked, body))
  const submitted = unproven
    ? withErrorsOf(unproven, form)
    : form.ok
      ? await submit(visit, form.values, ctx, files)
      : { errors: form.errors }
  if ('show' in submitted || 'goTo' in submitted || 'download' in submitted)
    return answer(ctx, visit, page, submitted)
  const typed = withoutSecrets(page.fields ?? {}, form.ok ? form.values : form.typed)
  await showAgain(ctx, visit, page, submitted, typed)
}

/** The form as it was read, with every fault in the order of the page: also those that only the page knows. */
function readHere(visit: Visit, { fields = {}, judge }: Page, body: unknown): ReadForm<Fields> {
  const form = readForm(fields, body)
  if (form.ok || !judge) return form
  const faults = { ...judge(visit, form.values), ...form.errors }
  const inOrder = Object.keys(fields).flatMap((name) => (faults[name] ? [[name, faults[name]] as const] : []))
  return { ...form, errors: Object.fromEntries(inOrder) }
}

/** What is wrong with the form, and with the proof that stands last in it: every fault at once, in the order of the page. */
function withErrorsOf(unproven: Submitted, form: ReadForm<Fields>): Submitted {
  if (!('errors' in unproven) || form.ok) return unproven
  return { errors: { ...form.errors, ...unproven.errors } }
}

/** The visit that a page is asked for in, by somebody who may open it; nobody where its person left it open for too long. */
async function visitHere(parts: WebParts, page: Page, ctx: Context): Promise<Visit> {
  const visit = await openVisit(parts, ctx, pathPart(ctx, 'organization'))
  if (!visit) throw new Refused(404)
  const { person } = visit
  if (page.role && person && (await isLeftOpen(visit, person.session))) visit.person = null
  else if (page.role && person && !hasRole(person.account, page.role))
    throw new Refused(403, { reason: 'role' })
  return visit
}

/** Where somebody goes who must sign in first; `isKept`: what they sent waits for them. */
function toSignIn({ cookies }: Visit, isKept: boolean): GoTo {
  if (isKept) return { goTo: '/sign-in', notice: 'sign-in-again' }
  const hadSession = cookies.read('session') !== undefined
  return hadSession ? { goTo: '/sign-in', notice: 'session-ended' } : { goTo: '/sign-in' }
}

/** The path of a request below its organization. */
function pathHere({ organization }: Visit, ctx: Context): string {
  return ctx.path.slice(organization.slug.length + 1)
}

/** Whether a form stood on a page that was left open for another person, who was signed in in this browser before. */
function isAnothers(visit: Visit, { madeFor }: Record<string, unknown>): boolean {
  return typeof madeFor === 'string' && !isMadeFor(visit, madeFor)
}

async function answer(
  ctx: Context,
  visit: Visit,
  page: Page,
  given: Answer,
  values: Record<string, string> = {},
): Promise<void> {
  if ('tooMany' in given) throw new Refused(429, { retryAfterSeconds: given.tooMany, reason: 'limit' })
  if ('goTo' in given) {
    redirect(ctx, visit, given)
    return
  }
  if ('preview' in given) return showPreview(ctx, visit, given)
  if ('download' in given) {
    handOver(ctx, given)
    return
  }
  ctx.status = 'show' in given ? given.status : 200
  const template = 'show' in given ? given.show : page.template
  await render(ctx, visit, page, template, given.view, { values, errors: {} })
}

/** The page again with what is wrong, and what was typed; another page where it belongs to this one no more. */
async function showAgain(
  ctx: Context,
  visit: Visit,
  page: Page,
  submitted: { errors: FormErrors } | TooMany,
  values: Record<string, string>,
): Promise<void> {
  const mustWait = 'tooMany' in submitted ? submitted.tooMany : null
  if (mustWait) logRefusal(visit.parts, visit.visitor.requestId, 'limit')
  const errors =
    'errors' in submitted
      ? submitted.errors
      : { form: [waitFor(submitted.tooMany, submitted.early ? 'early' : 'form')] }
  const given = await page.view?.(visit, ctx, errors)
  if (!given) throw new Refused(mustWait ? 429 : 400, mustWait ? { retryAfterSeconds: mustWait } : {})
  if ('show' in given || !('view' in given)) return answer(ctx, visit, page, given)
  ctx.status = mustWait ? 429 : 422
  if (mustWait) ctx.set('Retry-After', String(mustWait))
  await render(ctx, visit, page, page.template, given.view, { values, errors })
}

async function render(
  ctx: Context,
  visit: Visit,
  page: Page,
  template: string | undefined,
  view: View,
  form: { values: Record<string, string>; errors: FormErrors },
): Promise<void> {
  if (template === undefined) throw new Error(`${ctx.path} has nothing to show`)
  const csrf = formToken(visit.parts, visit.organization.id, visit.cookies)
  const notice = takeNotice(visit.cookies)
  const wayIn = page.signedIn ? (visit.person?.wayIn ?? null) : null
  const places = page.signedIn ? placesAround(page.path, signedInPerson(visit).account) : null
  const madeFor = page.signedIn ? markOfPerson(visit) : null
  const proof = await askedAgain(visit, page.stepUp)
  await renderPage(ctx, visit.parts, template, view, {
    visit,
    form,
    csrf,
    notice,
    wayIn,
    places,
    madeFor,
    proof,
  })
}

/** For a frame on a page of ours: without a form token and in a sandbox, so that no press does anything. */
async function showPreview(
  ctx: Context,
  visit: Visit,
  { preview, settings, locale = visit.locale, view }: Preview,
): Promise<void> {
  allowFraming(ctx)
  await renderPage(ctx, visit.parts, preview, view, {
    visit: { ...visit, organization: named(visit.organization, settings), settings, locale, person: null },
    isPreview: true,
  })
}

function handOver(ctx: Context, { download: { name, type, body } }: Download): void {
  ctx.attachment(name)
  ctx.type = type
  ctx.body = body
}

/** Only ever to a path of the same organization: what is not written in this program is no target (CWE-601). */
function redirect(ctx: Context, visit: Visit, { goTo, notice }: GoTo): void {
  if (notice) visit.cookies.write('notice', notice)
  ctx.status = 303
  ctx.set('Location', `/${visit.organization.slug}${goTo}`)
  ctx.body = ''
}
