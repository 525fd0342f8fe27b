import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { MINUTE } from '../../src/platform/clock.ts'
import { codeOfApp } from '../support/steps.ts'
import { focused, follow, go, tabTo, type } from './by-keyboard.ts'
import { openRig, type Rig } from './rig.ts'
import { keyOn, newestCode, newestLink, seeHeading } from './steps.ts'

/** WCAG 2.2 §2.1.1 and §2.4.7: no pointer is touched here, and whatever has the focus shows it. */
describe('the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())

  it('skips what stands before the content', async () => {
    await page.goto('/harbour/sign-in')
    await page.keyboard.press('Tab')
    expect(await focused(page)).to.equal('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).to.equal('Username or email')
  })

  it('gets from sign-in to a new password', async () => {
    await page.goto('/harbour/sign-in')
    await go(page, 'Forgot password?')
    await type(page, 'Email', 'mia@harbour.example')
    await go(page, 'Send Reset Link')
    await rig.portal.deliver()
    await page.goto(await newestLink(rig.portal))
    await go(page, 'Continue')
    await type(page, 'New Password', 'Tr4vel-Lamp!9')
    await type(page, 'Confirm New Password', 'Tr4vel-Lamp!9')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/harbour/recover/done')
    await go(page, 'Sign in')
    await page.waitForURL('**/harbour/sign-in')
    await type(page, 'Username or email', 'mia@harbour.example')
    await type(page, 'Password', 'Tr4vel-Lamp!9')
    await go(page, 'Sign in')
    await page.waitForURL('**/harbour/account')
    expect(rig.complaints).to.deep.equal([])
  })

  it('chooses the way with the arrows, led there by the summary, and types the code', async () => {
    await page.goto('/summit/recover')
    await type(page, 'Username', 'olivia')
    await go(page, 'Proceed')
    await go(page, 'Proceed')
    await follow(page, 'Choose how we reach you')
    expect(await focused(page)).to.match(/^Send Reset Link/)
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).to.match(/^Send SMS OTP/)
    await go(page, 'Proceed')
    await rig.portal.deliver()
    await type(page, 'Code from the message', '00000000')
    await go(page, 'Continue')
    await follow(page, 'This code is not right. You have 4 tries left.')
    expect(await focused(page)).to.equal('Code from the message')
    await page.keyboard.type(await newestCode(rig.portal))
    await page.keyboard.press('Enter')
    await page.waitForURL('**/summit/recover/password')
    expect(rig.complaints).to.deep.equal([])
  })

  it('sets up an authenticator and keeps its recovery codes', async () => {
    rig.portal.clock.pass(MINUTE)
    await page.goto('/lantern/recover')
    await type(page, 'Username or email', 'mia')
    await go(page, 'Send Reset Link')
    await rig.portal.deliver()
    await page.goto(await newestLink(rig.portal))
    await go(page, 'Continue')
    await tabTo(page, 'I cannot scan it')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Open it in an app on this device')
    await type(page, 'Code from your app', codeOfApp(rig.portal.clock.now(), await keyOn(page)))
    await go(page, 'Continue')
    await page.waitForURL('**/lantern/recover/recovery-codes')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await tabTo(page, 'Download them as a text file')
    await tabTo(page, 'Copy them all')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Copied.').waitFor()
    await tabTo(page, 'Type one of them back')
    await page.keyboard.type(await page.locator('.codes code').last().innerText())
    await page.keyboard.press('Enter')
    await page.waitForURL('**/lantern/recover/password')
    expect(rig.complaints).to.deep.equal([])
  })
  it('asks the organization, with a note of several lines', async () => {
    await page.goto('/summit/recover/ask')
    await type(page, 'Username or email', 'mia')
    await type(page, 'How can they reach you?', 'My phone is lost.')
    await page.keyboard.press('Enter')
    await page.keyboard.type('Please call my desk.')
    await go(page, 'Ask')
    await seeHeading(page, 'Your organization was asked')
    expect(rig.complaints).to.deep.equal([])
  })
})
