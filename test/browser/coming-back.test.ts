import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openRig, type Rig } from './rig.ts'
import { press, seeHeading } from './steps.ts'

describe('coming back to a form that was refused', () => {
  let rig: Rig

  before(async () => (rig = await openRig()))
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('sends nothing a second time and asks nothing, neither on Back nor on a reload', async () => {
    const page = await rig.person()
    const sent = formsSentBy(page)
    await page.goto('/harbour/sign-in')
    await tryToSignIn(page, 'Wrong-1!')
    await page.getByRole('alert').waitFor()
    await page.reload()
    await seeHeading(page, 'Sign in')
    expect(await page.getByRole('alert').count(), 'the page, and no answer').to.equal(0)
    await tryToSignIn(page, 'Wrong-2!')
    await page.getByRole('alert').waitFor()
    await page.getByRole('link', { name: 'Forgot password?' }).click()
    await seeHeading(page, 'Forgot your password?')
    await page.goBack()
    await seeHeading(page, 'Sign in')
    await tryToSignIn(page, DEMO_PASSWORD)
    await seeHeading(page, 'Hello, Mia Tanaka')
    await page.goBack()
    await seeHeading(page, 'Hello, Mia Tanaka')
    expect(sent).to.deep.equal(['/harbour/sign-in', '/harbour/sign-in', '/harbour/sign-in'])
    await page.context().close()
  })
})

function formsSentBy(page: Page): string[] {
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
  })
  return sent
}

async function tryToSignIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Username or email').fill('mia')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page, 'Sign in')
}
