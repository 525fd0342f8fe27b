import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { bringAll } from '../support/import.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { press, signIn } from './steps.ts'

const MIXED = [
  'Username;E-Mail;Phone;Full Name;Department',
  'sari;sari@lintas.example;+6281234567890;Sari Dewi;Sales',
  'budi;budi@lintas.example;;Budi Hartono;Sales',
  'mia;mia.new@lintas.example;12;Mia Tanaka;Sales',
  'wang fang;not-an-address;;王芳;Support',
  `a-very-long-username-${'n'.repeat(50)};${'long'.repeat(14)}@lintas.example;;;`,
  'noah;noah@acme.example;;Noah;',
].join('\r\n')

/** Where people are brought over from a file, in every state of it. */
export async function* importing(rig: Rig): AsyncGenerator<Scene> {
  const page = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.73' } })
  await signIn(page, 'acme', 'olivia')
  await page.goto('/acme/manage/people')
  await page.getByRole('link', { name: 'Import from a file' }).click()
  yield { state: 'import people', page }
  await send(page, 'a,b\n1,2')
  yield { state: 'import people, no such file', page }
  await send(page, MIXED)
  yield { state: 'what would be imported', page }
  await press(page, 'Import 2 people')
  yield { state: 'what would be imported, with a fault', page }
  rig.portal.clock.pass(11 * MINUTE)
  await page.reload()
  await page.getByLabel('Invite them now').check()
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await press(page, 'Import 2 people')
  yield { state: 'people being imported', page }
  await bringAll(rig.portal)
  await page.getByRole('link', { name: 'See how far it is' }).click()
  yield { state: 'people imported', page }
  const people = Array.from({ length: 300 }, (_, index) => `p${index}@lintas.example`)
  await page.goto('/acme/manage/people/import')
  yield { state: 'import people, after an import', page }
  await send(page, `email\n${people.join('\n')}`)
  await page.getByLabel('Do not write to them').check()
  await press(page, 'Import 300 people')
  await rig.portal.app.importPeople()
  await page.getByRole('link', { name: 'See how far it is' }).click()
  yield { state: 'people being imported, on the way', page }
  const { pathname } = new URL(page.url())
  await press(page, 'Stop the import')
  yield { state: 'an import, stopped', page }
  await page.goto(pathname)
  yield { state: 'people imported in part', page }
  await page.context().close()
}

async function send(page: Page, csv: string): Promise<void> {
  const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
  await page.getByLabel('Drop the file here').setInputFiles(file)
  await press(page, 'Look at the file')
}
