import { expect } from 'chai'
import type { FrameLocator, Page } from 'playwright-core'
import { openRig, type Rig } from './rig.ts'
import { press, seeHeading, signIn } from './steps.ts'

describe('what people would see, beside the settings of recovery', () => {
  let rig: Rig
  let page: Page
  let frame: FrameLocator

  before(async () => {
    rig = await openRig()
    page = await rig.person()
    frame = page.frameLocator('.live iframe')
    await signIn(page, 'harbour', 'olivia')
    await page.goto('/harbour/manage/recovery')
  })
  after(() => rig.close())

  const seeFramed = (heading: string) => frame.getByRole('heading', { level: 1, name: heading }).waitFor()
  const choose = (screen: string) => page.getByLabel('Which page').selectOption({ label: screen })

  it('follows each change, and says where nobody would get to a page', async () => {
    await frame.getByLabel('Email', { exact: true }).waitFor()
    await page.getByText('People type the one that they remember.').click()
    await frame.getByLabel('Username or email').waitFor()
    await choose('Setting one up')
    await seeFramed('Nothing to see here')
    await page.getByText('Who has none sets one up before').click()
    await seeFramed('Set up your authenticator app')
    await choose('The link is on its way')
    await page.getByLabel('How long a link works').fill('45')
    await page.getByLabel('How long a code works').focus()
    await frame.getByText('45 minutes').waitFor()
    await page.getByLabel('How long a link works').fill('soon')
    await page.getByLabel('How long a code works').focus()
    await frame.getByText('Something in the form is not right yet').waitFor()
  })

  it('keeps tokens out of addresses, and Back where it leads to', async () => {
    const address = page.frames().at(-1)?.url() ?? ''
    expect(address)
      .to.contain('/preview/sent?method-email-link=on&')
      .and.not.to.match(/csrf|madeFor|screen=/)
    await page.getByLabel('How long a link works').fill('45')
    await press(page, 'See what follows')
    await seeHeading(page, 'What would follow')
    await page.goBack()
    await seeHeading(page, 'Recovery')
    await frame.getByRole('heading', { level: 1 }).waitFor()
    await page.goBack()
    await seeHeading(page, 'Hello, Olivia Santoso')
    expect(rig.complaints).to.deep.equal([])
  })
})
