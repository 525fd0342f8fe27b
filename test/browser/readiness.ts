import { after, DAY } from '../../src/platform/clock.ts'
import { measureReadiness } from '../../src/recovery/readiness/measure.ts'
import { addDay, dayOf, keepCounts } from '../../src/recovery/readiness/store.ts'
import { changeAccount } from '../support/steps.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { press, signIn } from './steps.ts'

/** Who could get back in: while all can, while some cannot, who they are, and what other settings would do to them. */
export async function* readiness(rig: Rig): AsyncGenerator<Scene> {
  const { portal } = rig
  const page = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.73' } })
  await changeAccount(portal, 'summit', 'nils', { state: 'suspended' })
  await signIn(page, 'summit', 'olivia')
  await page.goto('/summit/manage/readiness')
  yield { state: 'readiness, everybody can and nothing measured yet', page }
  await changeAccount(portal, 'summit', 'nils', { state: 'active' })
  await changeAccount(portal, 'summit', 'mia', {
    email_verified_at: null,
    phone_changed_at: portal.clock.now(),
  })
  await changeAccount(portal, 'summit', 'adam', {
    email_verified_at: null,
    phone: null,
    phone_verified_at: null,
  })
  await changeAccount(portal, 'summit', 'noah', { phone: null, phone_verified_at: null })
  await portal.within('summit', async (tx) => {
    for (const [daysAgo, able] of [1, 2, 2, 3, 3, 4].toReversed().entries())
      await addDay(tx, { day: dayOf(after(tx.now, -4 * (daysAgo + 1) * DAY)), people: 5, able })
    await measureReadiness(portal.app.parts, tx, { countedLive: 4 })
  })
  await page.goto('/summit/manage')
  yield { state: 'manage, some could not get back in', page }
  await page.goto('/summit/manage/readiness')
  await page.getByText('Every day as a table').click()
  yield { state: 'readiness, some cannot, counted earlier, table unfolded', page }
  await press(page, 'Ask one person')
  yield { state: 'readiness, one was asked', page }
  await page.getByRole('link', { name: 'Email address not verified' }).click()
  yield { state: 'people who cannot get back in', page }
  await page.goto('/summit/manage/readiness/not-offered')
  yield { state: 'people who cannot get back in, nobody', page }
  await portal.within('summit', (tx) => keepCounts(tx, null))
  await page.goto('/summit/manage/recovery')
  await page.getByLabel('A link by email').uncheck()
  await press(page, 'See what follows')
  yield { state: 'what would follow, some could not get back in any more', page }
  await page.context().close()
}
