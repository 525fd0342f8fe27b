import type { Page } from 'playwright-core'
import { handOut } from '../support/people.ts'
import { NEW_PASSWORD } from '../support/steps.ts'
import { DAY, HOUR } from '../../src/platform/clock.ts'
import { terminal } from '../cli/terminal.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { newestLink, press, signIn, typeNewPassword } from './steps.ts'

/** What people see whom an administrator created, each page in every state that looks different. */
export async function* created(rig: Rig): AsyncGenerator<Scene> {
  const person = (address: string) => rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': address } })
  const { portal } = rig
  const page = await person('198.51.100.51')
  const stranger = await person('203.0.113.52')
  const initial = await handOut(portal, 'rani', 'meadow')
  await signIn(stranger, 'meadow', 'rani', initial)
  yield { state: 'own password', page: stranger }
  portal.clock.pass(HOUR)
  await signIn(page, 'meadow', 'rani', initial)
  yield { state: 'own password, used before elsewhere', page }
  await typeNewPassword(page, 'rani')
  yield { state: 'own password, rules unmet', page }
  await typeNewPassword(page, NEW_PASSWORD)
  yield { state: 'add an email address', page }
  await press(page, 'Save')
  yield { state: 'add an email address, nothing filled in', page }
  await page.getByRole('link', { name: 'Skip for now' }).click()
  yield { state: 'account home, without an address', page }
  await stranger.goto('/meadow/sign-in')
  await signIn(stranger, 'meadow', 'rani', initial)
  yield { state: 'sign-in, initial password used', page: stranger }
  yield* invited(rig, page)
  const late = await handOut(portal, 'sari', 'meadow')
  portal.clock.pass(7 * DAY)
  await signIn(stranger, 'meadow', 'sari', late)
  yield { state: 'sign-in, initial password expired', page: stranger }
  await stranger.context().close()
  await page.context().close()
}

async function* invited({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await terminal(portal).type('people', 'invite', 'harbour', 'tono@lintas.example', '--name', 'Tono Hadi')
  await portal.deliver()
  await page.goto(await newestLink(portal))
  yield { state: 'invitation', page }
  await press(page, 'Continue')
  yield { state: 'invitation, the password and the terms', page }
  await page.getByRole('checkbox').check()
  await typeNewPassword(page, NEW_PASSWORD)
  yield { state: 'invitation, done', page }
}
