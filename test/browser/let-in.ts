import type { Page } from 'playwright-core'
import { DAY, SECOND } from '../../src/platform/clock.ts'
import { asking } from '../support/desk.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { press, signIn } from './steps.ts'

/** Asking the organization, by who has no address and by who has one, and what a session sees of it. */
export async function* letIn(rig: Rig): AsyncGenerator<Scene> {
  const nils = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.31' } })
  yield* byCode(rig, nils)
  await nils.context().close()
  const mia = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.32' } })
  yield* toldOf(rig, mia)
  await mia.context().close()
}

async function* byCode({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await ask(page, 'nils')
  yield { state: 'asked', page }
  await portal.deliver()
  const code = await asking(portal, 'summit').letIn('nils')
  await page.getByRole('link', { name: 'Were you given a code?' }).click()
  yield { state: 'spoken code', page }
  await press(page, 'Continue')
  yield { state: 'spoken code, nothing filled in', page }
  await page.getByLabel('Username or email').fill('nils')
  await page.getByLabel('Code').fill('7m3k-9qpz-2vxw')
  await press(page, 'Continue')
  yield { state: 'spoken code, wrong', page }
  await page.getByLabel('Code').fill(code)
  await press(page, 'Continue')
  yield { state: 'new password, by a spoken code', page }
}

async function* toldOf({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  await ask(page, 'mia')
  await portal.deliver()
  await asking(portal, 'summit').approve('mia', 'adam')
  await signIn(page, 'summit', 'mia')
  yield { state: 'account home, somebody is let in', page }
  portal.clock.pass(DAY)
  await portal.deliver()
  portal.clock.pass(SECOND)
  await signIn(page, 'summit', 'mia')
  await page.getByRole('link', { name: 'Change password' }).click()
  yield { state: 'change password, somebody was let in', page }
  await press(page, 'Stop it')
  yield { state: 'account home, stopped', page }
}

async function ask(page: Page, identifier: string): Promise<void> {
  await page.goto('/summit/recover/ask')
  await page.getByLabel('Username or email').fill(identifier)
  await press(page, 'Ask')
}
