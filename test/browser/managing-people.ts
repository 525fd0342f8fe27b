import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { idOf } from '../support/managing.ts'
import type { Scene } from './every-page.ts'
import type { Rig } from './rig.ts'
import { press, signIn } from './steps.ts'

/** Where who runs an organization looks after its people. */
export async function* managingPeople(rig: Rig): AsyncGenerator<Scene> {
  const page = await rig.person({ extraHTTPHeaders: { 'X-Forwarded-For': '198.51.100.72' } })
  await signIn(page, 'acme', 'olivia')
  yield* people(page)
  yield* added(page)
  yield* deeds(rig, page)
  await page.context().close()
}

async function* people(page: Page): AsyncGenerator<Scene> {
  await page.goto('/acme/manage/people')
  yield { state: 'people', page }
  await page.getByLabel('Search').fill('nobody of that name')
  await press(page, 'Search')
  yield { state: 'people, nobody found', page }
  await page.getByRole('link', { name: 'Suspended' }).click()
  yield { state: 'people, nobody suspended', page }
}

async function* added(page: Page): AsyncGenerator<Scene> {
  await page.goto('/acme/manage/people/new')
  yield { state: 'add somebody', page }
  await page.getByLabel('Email').fill('tono@')
  await press(page, 'Add them')
  yield { state: 'add somebody, with faults', page }
  await page.getByLabel('Full name').fill('Tono Hadi')
  await page.getByLabel('Email').fill('')
  await page.getByLabel('Username').fill('tono')
  await press(page, 'Add them')
  yield { state: 'an initial password, shown once', page }
  await page.getByRole('link', { name: 'To Tono Hadi' }).click()
  yield { state: 'somebody with an initial password', page }
  await page.getByRole('link', { name: 'Let them in anew' }).click()
  yield { state: 'a new initial password', page }
  await press(page, 'Make a new initial password')
  yield { state: 'an initial password, made anew', page }
  await page.goto('/acme/manage/people/new')
  await page.getByLabel('Full name').fill('Sari Dewi')
  await page.getByLabel('Email').fill('sari@lintas.example')
  await press(page, 'Add them')
  yield { state: 'somebody invited', page }
  await page.getByRole('link', { name: 'Let them in anew' }).click()
  yield { state: 'a new invitation', page }
}

async function* deeds({ portal }: Rig, page: Page): AsyncGenerator<Scene> {
  const noah = `/acme/manage/people/${await idOf(portal, 'noah', 'acme')}`
  const mia = `/acme/manage/people/${await idOf(portal, 'mia', 'acme')}`
  await page.goto(`/acme/manage/people/${await idOf(portal, 'olivia', 'acme')}`)
  yield { state: 'oneself among the people', page }
  await page.goto(noah)
  yield { state: 'somebody with an authenticator', page }
  await page.goto(`${noah}/authenticator`)
  await press(page, 'Remove it')
  yield { state: 'removing a lost authenticator, without a reason', page }
  for (const deed of ['reset', 'role', 'state', 'delete']) {
    await page.goto(`${mia}/${deed}`)
    yield { state: `${deed} of somebody`, page }
  }
  await page.goto(`${mia}/state`)
  portal.clock.pass(11 * MINUTE)
  await page.reload()
  yield { state: 'suspending somebody, after a while', page }
  await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
  await press(page, 'Suspend')
  yield { state: 'somebody suspended', page }
  await page.goto('/acme/manage/people?show=suspended')
  yield { state: 'people suspended', page }
  await page.goto(`${mia}/state`)
  yield { state: 'letting somebody in again', page }
  await page.goto(`/acme/manage/people/${await idOf(portal, 'adam', 'acme')}/sessions`)
  yield { state: 'somebody who is signed in nowhere', page }
}
