import type { TenantRow } from '../../src/database/transaction.ts'
import type { Portal } from '../support/portal.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { Visitor } from '../support/visitor.ts'
import { signIn, type AccountColumns } from '../support/steps.ts'
import { ORGANIZATION } from './clients.ts'
import { timed } from './measure.ts'

/** What is measured of one portal: does it once and says how long the part that counts took, in milliseconds. */
export type Measured = () => Promise<number>

/** So often somebody who has not been used yet may be wanted. */
const TURNS = 300

const WHOLE = ['', '/sign-in', '/recover', '/sign-up', '/recover/ask', '/recover/spoken-code']

const MEMBER = [
  '/account',
  '/account/profile',
  '/account/password',
  '/account/authenticator',
  '/account/sessions',
  '/account/activity',
  '/account/language',
  '/account/data',
  '/account/delete',
]

const ADMINISTRATOR = [
  '/manage',
  '/manage/people',
  '/manage/people?show=managers',
  '/manage/people?show=suspended',
  '/manage/people?q=ana',
  '/manage/people?q=kanawan',
  '/manage/people?q=person-7',
  '/manage/people?q=nobody',
  '/manage/people/new',
  '/manage/readiness',
  '/manage/readiness/nothing',
  '/manage/requests',
  '/manage/messages',
  '/manage/messages?state=failed',
  '/manage/activity',
  '/manage/activity?group=recovery',
  '/manage/activity?group=sign-in&outcome=refused',
  '/manage/activity?from=2025-01-01&until=2025-01-31',
  '/manage/activity/export',
]

const OWNER = [
  '/manage/recovery',
  '/manage/recovery/preview/identify',
  '/manage/passwords',
  '/manage/sign-up',
  '/manage/branding',
  '/manage/history',
  '/manage/history/3',
]

/** Every page and deed that is measured, by its name, on one portal. */
export async function measuredOn(portal: Portal): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>()
  const names = await namesOf(portal)
  const next = () => names.shift() ?? ''
  const readBy = (visitor: Visitor, paths: readonly string[]) => {
    for (const path of paths) measured.set(`GET /{org}${path}`, () => timed(() => read(visitor, path)))
  }
  readBy(browser(portal), WHOLE)
  measured.set('GET / for an organization', () =>
    timed(() => browser(portal).send('GET', `/?organization=${ORGANIZATION}`)),
  )
  readBy(await signedIn(portal, 'mia'), MEMBER)
  const adam = await signedIn(portal, 'adam')
  readBy(adam, ADMINISTRATOR)
  for (const [name, path] of await pagesFurtherOn(adam)) {
    measured.set(name, () => timed(() => read(adam, path)))
  }
  const olivia = await signedIn(portal, 'olivia')
  readBy(olivia, OWNER)
  measured.set('POST /{org}/manage/recovery, and what would follow', () => proposal(olivia))
  measured.set('POST /{org}/sign-in', () => signInOf(portal, next))
  measured.set('POST /{org}/recover', () => recovery(portal, next).then(({ asked }) => asked))
  measured.set('the mail of a recovery, by the worker', () => recovery(portal, next).then(({ sent }) => sent))
  return measured
}

/** Pages that only a page before them leads to: one person, and the second page of each list. */
async function pagesFurtherOn(adam: Visitor): Promise<[string, string][]> {
  const linkOn = async (path: string, selector: string) => {
    const page = await adam.open(`/${ORGANIZATION}${path}`)
    const href = page.root.querySelector(selector)?.getAttribute('href')
    if (!href) throw new Error(`no ${selector} on ${path}, which answered ${page.status}`)
    const { pathname, search } = new URL(
      href.replaceAll('&amp;', '&'),
      `http://any/${ORGANIZATION}${path.split('?')[0]}`,
    )
    return pathname.slice(ORGANIZATION.length + 1) + search
  }
  const person = await linkOn('/manage/people?q=person-77', 'main td a, main th a, main li a')
  const id = person.split('/').at(-1) ?? ''
  return [
    ['GET /{org}/manage/people/:id', person],
    ['GET /{org}/manage/people/:id/reset', `${person}/reset`],
    ['GET /{org}/manage/people/:id/delete', `${person}/delete`],
    ['GET /{org}/manage/people, from somebody on', `/manage/people?after=${id}`],
    ['GET /{org}/manage/activity, of one person', `/manage/activity?person=${id}`],
  ]
}

async function read(visitor: Visitor, path: string): Promise<void> {
  const page = await visitor.send('GET', `/${ORGANIZATION}${path}`)
  if (page.status !== 200 && page.status !== 303) throw new Error(`${path} answered ${page.status}`)
}

async function proposal(olivia: Visitor): Promise<number> {
  await olivia.open(`/${ORGANIZATION}/manage/recovery`)
  return timed(async () => {
    const review = await olivia.press('See what follows', { authenticator: 'require' })
    if (!review.address.startsWith(`/${ORGANIZATION}/manage/recovery/review?`))
      throw new Error(`came to ${review.address}`)
  })
}

async function signInOf(portal: Portal, names: () => string): Promise<number> {
  const visitor = browser(portal)
  await visitor.open(`/${ORGANIZATION}/sign-in`)
  return timed(async () => {
    const page = await visitor.submit('Sign in', { identifier: names(), password: DEMO_PASSWORD })
    if (page.location !== `/${ORGANIZATION}/account`) throw new Error(`signing in led to ${page.location}`)
  })
}

/** Somebody asks for a link; then the worker looks them up and writes to them. */
async function recovery(portal: Portal, names: () => string): Promise<{ asked: number; sent: number }> {
  const visitor = browser(portal)
  const before = portal.mailbox.length
  await visitor.open(`/${ORGANIZATION}/recover`)
  const asked = await timed(() => visitor.press('Proceed', { identifier: names() }))
  await visitor.submit('Proceed', { method: 'email-link' })
  const sent = await timed(() => portal.app.dispatch())
  if (portal.mailbox.length !== before + 1) throw new Error('no mail left')
  return { asked, sent }
}

/** Usernames of people who get in by a password alone and are reached by mail: enough that each turn has its own. */
async function namesOf(portal: Portal): Promise<string[]> {
  return portal.within(ORGANIZATION, async (tx) => {
    const having = tx.rows<TenantRow>('authenticators').select('account_id')
    // Whoever was asked in an earlier run on the same database.
    const asked = tx
      .rows<TenantRow & { account_id: string }>('recovery_attempts')
      .whereNull('ended_at')
      .whereNotNull('account_id')
      .select('account_id')
    const rows = await tx
      .rows<AccountColumns>('accounts')
      .where({ role: 'member', state: 'active' })
      .whereNotNull('email_verified_at')
      .whereNotIn('id', having)
      .whereNotIn('id', asked)
      .limit(TURNS)
    return rows.map(({ username }) => username)
  })
}

async function signedIn(portal: Portal, username: string): Promise<Visitor> {
  const visitor = browser(portal)
  await signIn(visitor, username, DEMO_PASSWORD, ORGANIZATION)
  return visitor
}

let browsers = 0

/** A browser at a network address that nobody had before. */
function browser(portal: Portal): Visitor {
  browsers += 1
  return new Visitor(portal.url, `10.${(browsers >> 16) & 255}.${(browsers >> 8) & 255}.${browsers & 255}`)
}
