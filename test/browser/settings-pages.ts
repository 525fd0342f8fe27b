import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { png } from '../support/png.ts'
import { press, signIn } from './steps.ts'

/** Where an owner decides what passwords are like, who signs up, and how pages look. */
export async function* settingsPages(rig: Rig): AsyncGenerator<Scene> {
  const page = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.75' } })
  await signIn(page, 'acme', 'olivia')
  await page.goto('/acme/manage/passwords')
  yield { state: 'password rules', page }
  await page.getByLabel('Characters of a password').fill('15')
  await page.getByLabel('Asks for a symbol').uncheck()
  await page.getByLabel('Refuses passwords that are easily guessed').uncheck()
  await press(page, 'See what follows')
  yield { state: 'what would follow from other password rules', page }
  await page.getByLabel('Characters of a password').fill('a few')
  await press(page, 'See what follows')
  yield { state: 'password rules, with faults', page }
  await page.goto('/acme/manage/sign-up')
  yield { state: 'rules of the sign-up', page }
  await page.getByLabel('Domains that are refused').fill('rival.example\nnot a domain!')
  await page.getByLabel('Where they can be read').fill('example.com/terms')
  await press(page, 'See what follows')
  yield { state: 'rules of the sign-up, with faults', page }
  await page.getByLabel('Domains that are refused').fill('rival.example')
  await page.getByLabel('Where they can be read').fill('')
  await page.getByLabel('Version of the terms').fill('')
  await page.getByLabel('How long a verification link works').fill('72')
  rig.portal.clock.pass(11 * MINUTE)
  await press(page, 'See what follows')
  yield { state: 'what would follow from other rules of the sign-up', page }
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await press(page, 'Save these settings')
  yield { state: 'rules of the sign-up, saved', page }
  await page.goto('/acme/manage/branding')
  yield { state: 'branding', page }
  await page.getByLabel('Colour').fill('#ffe066')
  await page.getByLabel('Name', { exact: true }).fill('\u200b')
  await page.getByLabel('On a web page').check()
  await page.getByLabel('Contact', { exact: true }).fill('help')
  await press(page, 'See what follows')
  yield { state: 'branding, with faults', page }
  await page.getByLabel('Contact', { exact: true }).fill('https://help.example')
  await page.getByLabel('Name', { exact: true }).fill('Birch & Sons')
  await press(page, 'See what follows')
  yield { state: 'what would follow from another look', page }
  await page.goto('/acme/manage/branding/logo')
  yield { state: 'logo, none yet', page }
  await press(page, 'Use this picture')
  yield { state: 'logo, with a fault', page }
  const picture = { name: 'logo.png', mimeType: 'image/png', buffer: png({ width: 96, height: 48 }) }
  await page.getByLabel('Picture').setInputFiles(picture)
  await press(page, 'Use this picture')
  yield { state: 'logo, saved', page }
  await page.context().close()
}
