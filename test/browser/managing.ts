import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { press, signIn } from './steps.ts'

/** Where an owner decides how people get back in, and looks at what was decided. */
export async function* managing(rig: Rig): AsyncGenerator<Scene> {
  const page = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.71' } })
  await signIn(page, 'acme', 'olivia')
  await page.goto('/acme/manage')
  yield { state: 'manage', page }
  await page.getByRole('link', { name: 'Recovery' }).first().click()
  yield { state: 'recovery settings', page }
  await page.getByLabel('How long a link works').fill('soon')
  await page.getByLabel('Countries that texts go to').fill('Atlantis')
  await press(page, 'See what follows')
  yield { state: 'recovery settings, with faults', page }
  await page.goto('/acme/manage/recovery?preset=authenticator')
  yield { state: 'recovery settings from a preset', page }
  await page.getByLabel('How long a link works').fill('60')
  await page.getByLabel('Tells that nobody has that name').check()
  await press(page, 'See what follows')
  yield { state: 'what would follow from other settings', page }
  rig.portal.clock.pass(11 * MINUTE)
  await page.reload()
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await press(page, 'Save these settings')
  yield { state: 'recovery settings, saved', page }
  await page.goto('/acme/manage/history')
  yield { state: 'versions of the settings', page }
  await page.getByRole('link', { name: 'Version 1' }).click()
  yield { state: 'an older version of the settings', page }
  await page.context().close()
}
