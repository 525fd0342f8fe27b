import { asking } from '../support/desk.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { press, signIn } from './steps.ts'

/** Where administrators and owners decide who is let back in, look after messages and read the log. */
export async function* desk(rig: Rig): AsyncGenerator<Scene> {
  const { portal } = rig
  const behind = { extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.74' } }
  const [adam, olivia] = [await rig.person(behind), await rig.person(behind)]
  await signIn(adam, 'summit', 'adam')
  await signIn(olivia, 'summit', 'olivia')
  await adam.goto('/summit/manage/requests')
  yield { state: 'no requests', page: adam }
  for (const name of ['mia', 'nils', 'olivia']) await asking(portal, 'summit').ask(portal.visitor(), name)
  await adam.goto('/summit/manage')
  yield { state: 'manage, with requests that wait', page: adam }
  await adam.getByRole('link', { name: 'Requests' }).first().click()
  yield { state: 'requests', page: adam }
  await adam.getByRole('link', { name: 'Mia' }).click()
  yield { state: 'a request', page: adam }
  await press(adam, 'Approve')
  yield { state: 'a request, decided without a reason', page: adam }
  await adam.getByLabel('Reason').fill('Met her at the desk')
  await press(adam, 'Approve')
  yield { state: 'requests, after an approval', page: adam }
  await adam.getByRole('link', { name: 'Mia' }).click()
  yield { state: 'a request on hold', page: adam }
  await adam.goto('/summit/manage/requests')
  await adam.getByRole('link', { name: 'Olivia' }).click()
  yield { state: 'a request that an administrator may not decide', page: adam }
  for (const page of [adam, olivia]) {
    await page.goto('/summit/manage/requests')
    await page.getByRole('link', { name: 'Nils' }).click()
    await page.getByLabel('Reason').fill('I know him')
    await press(page, 'Approve')
  }
  yield { state: 'a code that is shown once', page: olivia }
  await adam.goto('/summit/manage/messages')
  await press(adam, 'Send myself a test mail')
  await portal.deliver()
  yield { state: 'messages, after a test', page: adam }
  await adam.goto('/summit/manage/messages?state=dropped')
  yield { state: 'messages that were not sent', page: adam }
  await adam.goto('/summit/manage/activity')
  yield { state: 'activity log', page: adam }
  await adam.getByLabel('Username or email').fill('nobody')
  await press(adam, 'Show')
  yield { state: 'activity log, filtered for nobody', page: adam }
  await adam.goto('/summit/manage/activity?group=people&from=2040-01-01')
  yield { state: 'activity log, nothing found', page: adam }
  await adam.getByRole('link', { name: 'Export as CSV' }).click()
  yield { state: 'export of the activity log', page: adam }
  for (const page of [adam, olivia]) await page.context().close()
}
