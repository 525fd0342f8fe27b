import type { Page } from 'playwright-core'
import { DEMO_AUTHENTICATOR } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { codeOfApp, NEW_PASSWORD, wrongCodeOfApp } from '../support/steps.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { enterCode, followNewLink, keyOn, press, typeNewPassword } from './steps.ts'

const MOST_TRIES = 5

/** Recovery by SMS and with an authenticator, each page in every state that looks different. */
export async function* codesAndAuthenticators(rig: Rig): AsyncGenerator<Scene> {
  // The tries of others must not use up theirs.
  const person = (address: string) => rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': address } })
  yield* byCode(rig, await person('198.51.100.21'))
  yield* withTheirAuthenticator(rig, await person('198.51.100.22'))
  yield* withNewAuthenticator(rig, await person('198.51.100.23'))
  yield* askedMidway(rig, await person('198.51.100.24'))
}

async function* byCode({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await page.goto('/summit/recover')
  await page.getByLabel('Username').fill('olivia')
  await press(page, 'Proceed')
  yield { state: 'choose', page }
  await press(page, 'Proceed')
  yield { state: 'choose, nothing chosen', page }
  await page.getByLabel('Send SMS OTP').check()
  await press(page, 'Proceed')
  yield { state: 'code', page }
  await press(page, 'Send a new code')
  yield { state: 'code, a new one asked for too early', page }
  await enterCode(page, '123')
  yield { state: 'code, not the digits of one', page }
  portal.clock.pass(MINUTE)
  await press(page, 'Send a new code')
  yield { state: 'code, a new one asked for', page }
  await enterCode(page, '00000000')
  yield { state: 'code, wrong', page }
  for (let tries = 1; tries < MOST_TRIES; tries += 1) await enterCode(page, '00000000')
  yield { state: 'code, no tries left', page }
  await enterCode(page, '00000000')
  yield { state: 'code, typed without tries left', page }
  await page.context().close()
}

async function* withTheirAuthenticator({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await portal.change('acme', (settings) => ({
    ...settings,
    recovery: { ...settings.recovery, methods: ['email-link'] },
  }))
  await followNewLink(page, portal, 'acme', DEMO_AUTHENTICATOR.username)
  yield { state: 'authenticator at recovery', page }
  await enterCode(page, wrongCodeOfApp(portal.clock.now()))
  yield { state: 'authenticator at recovery, wrong', page }
  await page.context().close()
}

async function* withNewAuthenticator({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await followNewLink(page, portal, 'lantern', 'mia')
  await page.getByText('I cannot scan it').click()
  yield { state: 'enrol, the key unfolded', page }
  const key = await keyOn(page)
  await enterCode(page, wrongCodeOfApp(portal.clock.now(), key))
  yield { state: 'enrol, wrong', page }
  await enterCode(page, codeOfApp(portal.clock.now(), key))
  yield { state: 'recovery codes', page }
  const code = await page.locator('.codes code').first().innerText()
  await enterCode(page, '00000-00000-00000-00000-000000')
  yield { state: 'recovery codes, wrong', page }
  await enterCode(page, code)
  await typeNewPassword(page, NEW_PASSWORD)
  yield { state: 'account home, straight from recovery', page }
  await page.context().close()
}

/** The organization begins to ask for a second lock between the link and the new password. */
async function* askedMidway({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await followNewLink(page, portal, 'harbour', 'adam@harbour.example')
  await portal.change('harbour', (settings) => ({
    ...settings,
    recovery: { ...settings.recovery, authenticator: 'require' },
  }))
  await page.reload()
  yield { state: 'enrol, asked for midway', page }
  await page.context().close()
}
