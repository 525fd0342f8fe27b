import type { Page } from 'playwright-core'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { codeOfApp, wrongCodeOfApp } from '../support/steps.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { enterCode, keyOn, newestUndoLink, press, signIn } from './steps.ts'

/** The Personal Centre, each page in every state that looks different. */
export async function* personalCentre(rig: Rig): AsyncGenerator<Scene> {
  const person = (address: string) => rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': address } })
  yield* withoutAuthenticator(rig, await person('198.51.100.41'))
  yield* withAuthenticator(rig, await person('198.51.100.42'))
  yield* sessions(rig, await person('198.51.100.43'), await person('203.0.113.44'))
}

async function* withoutAuthenticator({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await signIn(page, 'meadow', 'adam')
  await page.goto('/meadow/account/authenticator')
  yield { state: 'my authenticator, none', page }
  await page.getByRole('link', { name: 'Set it up' }).click()
  yield { state: 'my authenticator, about to set up', page }
  await press(page, 'Set it up')
  yield { state: 'my authenticator, no password', page }
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await press(page, 'Set it up')
  await page.getByText('I cannot scan it').click()
  yield { state: 'my authenticator, the key unfolded', page }
  const key = await keyOn(page)
  await enterCode(page, wrongCodeOfApp(portal.clock.now(), key))
  yield { state: 'my authenticator, a wrong code', page }
  await enterCode(page, codeOfApp(portal.clock.now(), key))
  yield { state: 'my recovery codes', page }
  const code = await page.locator('.codes code').first().innerText()
  await enterCode(page, '00000-00000-00000-00000-000000', 'Finish')
  yield { state: 'my recovery codes, a wrong one', page }
  // The outbox knows the newest of two mails by the second in which they were asked for.
  portal.clock.pass(SECOND)
  await enterCode(page, code, 'Finish')
  yield { state: 'my authenticator, set up', page }
  await portal.deliver()
  await page.goto(await newestUndoLink(portal))
  yield { state: 'undo an authenticator', page }
  await page.context().close()
}

async function* withAuthenticator({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  const { username } = DEMO_AUTHENTICATOR
  await signIn(page, 'meadow', username)
  await enterCode(page, codeOfApp(portal.clock.now()), 'Sign in')
  yield { state: 'account home, few recovery codes', page }
  await page.goto('/meadow/account/authenticator')
  yield { state: 'my authenticator, few recovery codes', page }
  await page.getByRole('link', { name: 'Set up another phone or app' }).click()
  yield { state: 'my authenticator, about to be replaced', page }
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await page.getByLabel('Code from your app, or a recovery code').fill(wrongCodeOfApp(portal.clock.now()))
  await press(page, 'Set up another')
  yield { state: 'my authenticator, a wrong proof', page }
  await page.goto('/meadow/account/authenticator/new-codes')
  yield { state: 'my recovery codes, about to be replaced', page }
  await page.goto('/meadow/account/authenticator/remove')
  yield { state: 'my authenticator, about to be removed', page }
  await portal.change('meadow', (settings) => ({
    ...settings,
    recovery: { ...settings.recovery, authenticator: 'require' },
  }))
  await page.reload()
  yield { state: 'my authenticator, not to be removed', page }
  await page.goto('/meadow/account/authenticator')
  yield { state: 'my authenticator, required', page }
  await portal.change('meadow', (settings) => ({
    ...settings,
    recovery: { ...settings.recovery, authenticator: 'off' },
  }))
  await page.goto('/meadow/account/authenticator/enrol')
  yield { state: 'my authenticator, nothing under way', page }
  await page.context().close()
}

async function* sessions({ portal }: Rig, page: Page, other: Page): AsyncGenerator<Scene> {
  await signIn(page, 'meadow', 'olivia')
  await page.goto('/meadow/account/sessions')
  yield { state: 'sessions, this one only', page }
  for (let times = 0; times < 2; times += 1) {
    await signIn(other, 'meadow', 'olivia')
    await other.context().clearCookies()
  }
  await page.reload()
  yield { state: 'sessions', page }
  await press(page, 'Sign it out')
  yield { state: 'sessions, none chosen', page }
  portal.clock.pass(10 * MINUTE)
  await page.getByLabel('All of them').check()
  await press(page, 'Sign it out')
  yield { state: 'sessions, a proof asked for late', page }
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await press(page, 'Sign it out')
  yield { state: 'sessions, ended', page }
  await other.context().close()
  await page.goto('/meadow/account/language')
  yield { state: 'language, as the browser says', page }
  await page.getByLabel('English').check()
  await press(page, 'Save')
  yield { state: 'language, chosen', page }
  await page.context().close()
}
