import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { askForLink, NEW_PASSWORD, signIn as signInAs } from '../support/steps.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { newestIn, press, signIn, typeNewPassword } from './steps.ts'

const ACCOUNT = '/summit/account'

/** What people read of their own, what they stop and undo from there, and how they leave. */
export async function* records(rig: Rig): AsyncGenerator<Scene> {
  const person = (address: string) => rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': address } })
  yield* activity(rig, await person('198.51.100.46'))
  yield* leaving(rig, await person('198.51.100.47'))
}

async function* activity({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await signIn(page, 'summit', 'adam')
  portal.clock.pass(MINUTE)
  await page.goto(`${ACCOUNT}/password`)
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await typeNewPassword(page, NEW_PASSWORD, 'Change password')
  for (const address of ['203.0.113.7', '203.0.113.8', '192.0.2.9']) {
    portal.clock.pass(MINUTE)
    await signInAs(portal.visitor(address), 'adam', 'Wrong-1!', 'summit')
  }
  for (const address of ['203.0.113.7', '203.0.113.8']) {
    portal.clock.pass(MINUTE)
    await askForLink(portal.visitor(address), 'adam', 'summit')
    await portal.deliver()
  }
  await page.goto(`${ACCOUNT}/delete`)
  yield { state: 'delete my account, changed of late', page }
  await page.goto(`${ACCOUNT}/activity`)
  yield { state: 'activity, recoveries under way', page }
  await page.getByRole('link', { name: 'This wasn’t me' }).first().click()
  yield { state: 'activity, about to stop a recovery', page }
  await press(page, 'This wasn’t me, stop it')
  yield { state: 'activity, a recovery stopped', page }
  await page.locator('.timeline').getByRole('link', { name: 'This wasn’t me' }).first().click()
  await press(page, 'Undo it and lock my account')
  yield { state: 'activity, about to undo a change without a proof', page }
  await page.context().close()
}

async function* leaving({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await signIn(page, 'summit', 'olivia')
  await page.goto(`${ACCOUNT}/delete`)
  yield { state: 'delete my account, the only owner', page }
  await page.context().clearCookies()
  await signIn(page, 'meadow', 'nils')
  await page.goto('/meadow/account/data')
  yield { state: 'my data', page }
  portal.clock.pass(11 * MINUTE)
  await page.reload()
  yield { state: 'my data, a proof asked for', page }
  await page.context().clearCookies()
  await signIn(page, 'acme', 'adam')
  await page.goto('/acme/account/delete')
  yield { state: 'delete my account', page }
  await press(page, 'Delete my account')
  yield { state: 'delete my account, nothing filled in', page }
  await page.getByLabel('I want my account').check()
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await press(page, 'Delete my account')
  yield { state: 'account home, about to be deleted', page }
  await portal.deliver()
  await page.goto(await newestIn(portal, /http:\/\/\S+\/recover\/keep-account\?\S+/))
  yield { state: 'keep my account', page }
  await press(page, 'Keep my account')
  yield { state: 'sign-in, the account is kept', page }
  await page.goBack()
  await page.reload()
  yield { state: 'keep my account, nothing to keep', page }
  await portal.deliver()
  await page.context().close()
}
