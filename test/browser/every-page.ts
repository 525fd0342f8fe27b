import type { Page } from 'playwright-core'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { CLOSED_REASONS } from '../../src/recovery/attempt.ts'
import { openDatabase } from '../../src/database/connect.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { DAY, MINUTE, SECOND } from '../../src/platform/clock.ts'
import type { Portal } from '../support/portal.ts'
import { changeAccount, NEW_PASSWORD, wrongCodeOfApp } from '../support/steps.ts'
import { codesAndAuthenticators } from './codes-and-authenticators.ts'
import { letIn } from './let-in.ts'
import { personalCentre } from './personal-centre.ts'
import { records } from './records.ts'
import type { Rig } from './rig.ts'
import { signingUp } from './signing-up.ts'
import { enterCode, newestLink, newestUndoLink, press, signIn, typeNewPassword } from './steps.ts'

/** A page in one of its states, open in a browser. */
export interface Scene {
  state: string
  page: Page
  /** A mail is no page: it has no landmarks. */
  isMail?: true
}

/** The pages that look different where the demo's index and its note are not. */
export async function* pagesOutsideTheDemo(rig: Rig): AsyncGenerator<Scene> {
  const page = await rig.person()
  await page.goto('/')
  yield { state: 'finder', page }
  await press(page, 'Continue')
  yield { state: 'finder, nothing filled in', page }
  await page.goto('/harbour/sign-in')
  yield { state: 'sign-in outside the demo', page }
}

/** Opens every page of the portal in every state that looks different, one after another, as people get there. */
export async function* everyPage(rig: Rig): AsyncGenerator<Scene> {
  const stranger = await rig.person()
  yield* beforeSignIn(stranger)
  const mia = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.1' } })
  yield* recovery(rig, mia)
  yield* endings(mia)
  yield* otherOrganizations(rig.portal, mia)
  yield* secondFactor(rig)
  yield* codesAndAuthenticators(rig)
  yield* signingUp(rig)
  yield* letIn(rig)
  yield* personalCentre(rig)
  yield* records(rig)
  yield* account(mia)
  yield* undoneChange(rig)
  yield* errors(rig.portal, mia)
  yield* outbox(stranger)
  await stranger.context().close()
  await mia.context().close()
}

async function* beforeSignIn(page: Page): AsyncGenerator<Scene> {
  await page.goto('/')
  for (const summary of await page.locator('summary').all()) await summary.click()
  yield { state: 'demo index, people unfolded', page }
  await page.goto('/demo/outbox')
  yield { state: 'outbox, empty', page }
  await page.goto('/?organization=nowhere')
  yield { state: 'finder, unknown organization', page }
  await page.goto('/harbour/sign-in')
  yield { state: 'sign-in', page }
  await press(page, 'Sign in')
  yield { state: 'sign-in, nothing filled in', page }
  await page.getByLabel('Username or email').fill('mia')
  await page.getByLabel('Password', { exact: true }).fill('wrong')
  await press(page, 'Sign in')
  yield { state: 'sign-in, refused', page }
  for (const notice of ['signed-out', 'session-ended']) {
    await page.context().addCookies([{ name: 'latchkey-notice.harbour', value: notice, url: page.url() }])
    await page.goto('/harbour/sign-in')
    yield { state: `sign-in, ${notice}`, page }
  }
}

async function* recovery({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await page.goto('/harbour/recover')
  yield { state: 'identify by email', page }
  await page.getByLabel('Email').fill('mia')
  await press(page, 'Send Reset Link')
  yield { state: 'identify, not an email', page }
  await page.getByLabel('Email').fill('mia@harbour.example')
  await press(page, 'Send Reset Link')
  yield { state: 'sent', page }
  await portal.deliver()
  const link = await newestLink(portal)
  await page.goto(link)
  yield { state: 'link', page }
  await press(page, 'Continue')
  yield { state: 'new password', page }
  await page.getByLabel('New Password', { exact: true }).fill('travel')
  await page.getByLabel('Confirm New Password').fill('travel')
  yield { state: 'new password, being typed', page }
  await press(page, 'Create Password')
  yield { state: 'new password, rules unmet', page }
  await typeNewPassword(page, 'Mia-Tanaka-1')
  yield { state: 'new password, made of names', page }
  await typeNewPassword(page, NEW_PASSWORD)
  yield { state: 'done', page }
  await page.goto(link)
  yield { state: 'link, used', page }

  await page.goto('/harbour/recover')
  await page.getByLabel('Email').fill('mia@harbour.example')
  await press(page, 'Send Reset Link')
  await portal.deliver()
  portal.clock.pass(6 * MINUTE)
  await page.goto(await newestLink(portal))
  yield { state: 'link, expired', page }
  await page.goto('/harbour/recover/link?token=torn')
  yield { state: 'link, not known', page }
}

async function* endings(page: Page): AsyncGenerator<Scene> {
  for (const reason of [...CLOSED_REASONS, 'used']) {
    await page.goto(`/harbour/recover/ended/${reason}`)
    yield { state: `ended, ${reason}`, page }
  }
}

async function* otherOrganizations(portal: Portal, page: Page): AsyncGenerator<Scene> {
  await page.goto('/summit/recover')
  yield { state: 'identify by username', page }
  await page.goto('/lantern/recover')
  yield { state: 'identify by either', page }
  await page.getByLabel('Username or email').fill('somebody')
  await press(page, 'Send Reset Link')
  yield { state: 'identify, unknown person', page }
  await page.getByLabel('Username or email').fill('nils')
  await press(page, 'Send Reset Link')
  yield { state: 'no email', page }
  await portal.change('acme', (settings) => ({
    ...settings,
    recovery: { ...settings.recovery, methods: ['carrier-pigeon'] },
  }))
  await page.goto('/acme/recover')
  yield { state: 'identify, nothing offered', page }
}

async function* secondFactor(rig: Rig): AsyncGenerator<Scene> {
  const { portal } = rig
  const page = await rig.person()
  await signIn(page, 'harbour', 'noah')
  yield { state: 'authenticator', page }
  await enterCode(page, wrongCodeOfApp(portal.clock.now()), 'Sign in')
  yield { state: 'authenticator, wrong code', page }
  await page.getByRole('link', { name: 'Use a recovery code instead' }).click()
  yield { state: 'recovery code', page }
  await enterCode(page, DEMO_AUTHENTICATOR.recoveryCodes[0] ?? '', 'Sign in')
  yield { state: 'account home, a recovery code used', page }
  await page.context().clearCookies()
  await signIn(page, 'harbour', 'noah')
  await page.getByRole('link', { name: 'Use a recovery code instead' }).click()
  yield { state: 'recovery code, the last one', page }
  await enterCode(page, DEMO_AUTHENTICATOR.recoveryCodes[1] ?? '', 'Sign in')
  await page.context().clearCookies()
  await signIn(page, 'harbour', 'noah')
  yield { state: 'authenticator, no recovery code left', page }
  for (let wrong = 0; wrong < 6; wrong += 1)
    await enterCode(page, wrongCodeOfApp(portal.clock.now()), 'Sign in')
  yield { state: 'authenticator, paused', page }
  portal.clock.pass(10 * MINUTE)
  await page.goto('/harbour/sign-in/authenticator')
  yield { state: 'sign-in, sign-in-over', page }
  await page.context().close()
}

async function* account(page: Page): AsyncGenerator<Scene> {
  await signIn(page, 'meadow', 'mia@meadow.example')
  yield { state: 'account home', page }
  await page.getByRole('link', { name: 'Password', exact: true }).click()
  yield { state: 'change password', page }
  await page.getByLabel('Current Password').fill('not this')
  await typeNewPassword(page, NEW_PASSWORD, 'Change password')
  yield { state: 'change password, wrong current one', page }
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await typeNewPassword(page, 'travel', 'Change password')
  yield { state: 'change password, rules unmet', page }
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await typeNewPassword(page, NEW_PASSWORD, 'Change password')
  yield { state: 'change password, changed', page }
}

async function* undoneChange(rig: Rig): AsyncGenerator<Scene> {
  const { portal } = rig
  const page = await rig.person()
  await signIn(page, 'summit', 'mia')
  await page.goto('/summit/account/password')
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  // The outbox knows the newest of two mails by the second in which they were asked for.
  portal.clock.pass(SECOND)
  await typeNewPassword(page, NEW_PASSWORD, 'Change password')
  await portal.deliver()
  const link = await newestUndoLink(portal)
  await page.goto(link)
  yield { state: 'undo a change', page }
  await press(page, 'Undo it and lock my account')
  yield { state: 'undo a change, not ticked', page }
  await page.getByLabel('Yes, it was not me').check()
  await press(page, 'Undo it and lock my account')
  yield { state: 'undo a change, undone', page }
  portal.clock.pass(8 * DAY)
  await page.goto(link)
  yield { state: 'undo a change, undone and unanswered', page }
  await changeAccount(portal, 'summit', 'mia', { protected_at: null })
  await page.goto(link)
  yield { state: 'undo a change, settled', page }
  await portal.within('summit', (tx) =>
    tx
      .rows<TenantRow & { undone_at: Date | null; made_at: Date }>('account_changes')
      .update({ undone_at: null, made_at: new Date(0) }),
  )
  await page.goto(link)
  yield { state: 'undo a change, too old', page }
  await portal.deliver()
  await page.context().close()
}

async function* errors(portal: Portal, page: Page): AsyncGenerator<Scene> {
  await page.goto('/harbour/nothing-here')
  yield { state: 'error 404, no such page', page }
  await page.goto('/nobody/sign-in')
  yield { state: 'error 404, no such organization', page }

  await page.goto('/harbour/sign-in')
  await page.context().clearCookies()
  await page.getByLabel('Username or email').fill('mia')
  await page.getByLabel('Password', { exact: true }).fill('whatever')
  await press(page, 'Sign in')
  yield { state: 'error 403', page }

  for (let tries = 0; tries < 20; tries += 1)
    await page.request.get(`/harbour/recover/link?token=torn-${tries}`)
  await page.goto('/harbour/recover/link?token=torn')
  yield { state: 'error 429', page }

  yield* brokenDatabase(portal, page)
}

/** The limits' table is renamed, then held by somebody: what every page with a limit then says. */
async function* brokenDatabase(portal: Portal, page: Page): AsyncGenerator<Scene> {
  const timeouts = { statementTimeoutMs: 1000, lockTimeoutMs: 1000 }
  const owner = openDatabase(portal.store.owner, { poolSize: 1, ...timeouts })
  await owner.pool.raw('alter table limits rename to mislaid')
  await page.goto('/harbour/recover/link?token=any')
  yield { state: 'error 500', page }
  await owner.pool.raw('alter table mislaid rename to limits')
  await owner.pool.transaction(async (held) => {
    await held.raw('lock table limits in access exclusive mode')
    await page.goto('/harbour/recover/link?token=any')
  })
  yield { state: 'error 503', page }
  await owner.close()
}

async function* outbox(page: Page): AsyncGenerator<Scene> {
  await page.goto('/demo/outbox')
  for (const summary of await page.locator('details:not([open]) > summary').all()) {
    if (await summary.isVisible()) await summary.click()
  }
  yield { state: 'outbox, messages unfolded', page }
  const frames = await page
    .locator('iframe')
    .evaluateAll((all) => all.map((frame) => frame.getAttribute('src')))
  for (const [index, address] of frames.entries()) {
    await page.goto(address ?? '')
    yield { state: `mail ${index + 1}`, page, isMail: true }
  }
}
