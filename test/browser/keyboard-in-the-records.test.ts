import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { askForLink, NEW_PASSWORD } from '../support/steps.ts'
import { enter, focused, follow, go, inOrder, seeSummary, type } from './by-keyboard.ts'
import { openRig, type Rig } from './rig.ts'
import { newestIn, seeField, seeHeading, signIn, typeNewPassword } from './steps.ts'

const NO_PASSWORD = 'Enter your current password'
const NOT_TICKED = 'Tick this to say that it was not you'
const NOT_UNDERSTOOD = 'Tick this to say that you want your account deleted'
const UNDERSTOOD = 'I want my account at Acme Works deleted, with everything in it.'

/** Without a pointer and without a screen: each page is read aloud, and walked in the order in which it is read. */
describe('what was done and how one leaves, read aloud and by the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
    await signIn(page, 'summit', 'adam')
    await page.goto('/summit/account/password')
    await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
    await typeNewPassword(page, NEW_PASSWORD, 'Change password')
    await page.getByRole('status').getByText('changed').waitFor()
    for (const minutes of [10, 1]) {
      rig.portal.clock.pass(minutes * MINUTE)
      await askForLink(rig.portal.visitor('203.0.113.7'), 'adam', 'summit')
      await rig.portal.deliver()
    }
  })
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('activity: each of two recoveries under way with its own "This wasn’t me", then what happened', async () => {
    await go(page, 'Activity')
    const lines = await inOrder(page)
    const asked = (at: string) =>
      `  paragraph: A new password was asked for on ${at}, from Firefox · Linux, network 203.0.113.0/24. ` +
      'A message went to you, and nobody has used it yet.'
    expect(lines.slice(0, 10)).to.deep.equal([
      'main',
      '  heading "Activity" [level=1]',
      '  paragraph: What happened to your account, newest first. Times are in UTC.',
      '  heading "Somebody asked to reset your password" [level=2]',
      asked('March 2, 2026 at 9:11 AM UTC'),
      '  link "This wasn’t me (March 2, 2026 at 9:11 AM UTC)"',
      '  heading "Somebody asked to reset your password" [level=2]',
      asked('March 2, 2026 at 9:10 AM UTC'),
      '  link "This wasn’t me (March 2, 2026 at 9:10 AM UTC)"',
      '  list',
    ])
    expect(lines).to.include(
      '      link "This wasn’t me (The password was changed, March 2, 2026 at 9:00 AM UTC)"',
    )
  })

  it('stopping a recovery: the proof is asked for, and every refusal leads back to the summary', async () => {
    await go(page, 'This wasn’t me (March 2, 2026 at 9:11 AM UTC)')
    await go(page, 'This wasn’t me, stop it')
    await seeSummary(page, [NO_PASSWORD])
    await seeField(page, 'Current Password', NO_PASSWORD)
    expect((await inOrder(page)).slice(6)).to.deep.equal([
      '  heading "This wasn’t you?" [level=1]',
      '  paragraph: A new password was asked for on March 2, 2026 at 9:11 AM UTC, ' +
        'from Firefox · Linux, network 203.0.113.0/24.',
      '  paragraph: Stop it, and its message is worth nothing any more. Your password stays as it is.',
      '  text: Current Password',
      `  paragraph: ${NO_PASSWORD}`,
      '  textbox "Current Password" [invalid]',
      '  button "Show Current Password"',
      '  button "This wasn’t me, stop it"',
      '  link "Back to activity"',
    ])
    await follow(page, NO_PASSWORD)
    await page.keyboard.type('Wrong-1!')
    await enter(page)
    await seeSummary(page, ['This is not your current password'])
    await type(page, 'Current Password', NEW_PASSWORD)
    await enter(page)
    await page.getByRole('status').getByText('The request is stopped.').waitFor()
  })

  it('undoing a change: what it does, the box, then the proof; the faults in the same order', async () => {
    await go(page, 'This wasn’t me (The password was changed, March 2, 2026 at 9:00 AM UTC)')
    await go(page, 'Undo it and lock my account')
    await seeSummary(page, [NOT_TICKED, NO_PASSWORD])
    await seeField(page, 'Yes, it was not me', NOT_TICKED)
    await seeField(page, 'Current Password', NO_PASSWORD)
    expect((await inOrder(page)).slice(8)).to.deep.equal([
      '  heading "This wasn’t you?" [level=1]',
      '  paragraph: The password of your account at Summit Identity was changed on March 2, 2026 at 9:00 AM UTC.',
      '  paragraph',
      '    strong: "If you go on:"',
      '  list',
      '    listitem: What was changed is undone, and so is everything that was changed after it.',
      '    listitem: Everybody is signed out, you too, and neither your password nor a reset link opens the account.',
      '    listitem: "Only whoever runs the server can let you back in: ' +
        'nobody else at Summit Identity may decide about your account."',
      `  paragraph: ${NOT_TICKED}`,
      '  checkbox "Yes, it was not me" [invalid]',
      '  text: Yes, it was not me Current Password',
      `  paragraph: ${NO_PASSWORD}`,
      '  textbox "Current Password" [invalid]',
      '  button "Show Current Password"',
      '  button "Undo it and lock my account"',
      '  link "Back to activity"',
    ])
    await follow(page, NOT_TICKED)
    expect(await focused(page)).to.equal('Yes, it was not me')
    await page.keyboard.press('Space')
    await enter(page)
    await seeSummary(page, [NO_PASSWORD])
    await type(page, 'Current Password', NEW_PASSWORD)
    await enter(page)
    await seeHeading(page, 'The change is undone')
    expect((await inOrder(page)).at(-1)).to.equal('  link "I was told a code"')
  })

  it('deleting the account: what goes, what stays, the copy, and only then the form', async () => {
    await page.context().clearCookies()
    await signIn(page, 'acme', 'adam')
    await page.goto('/acme/account/delete')
    await go(page, 'Delete my account')
    await seeSummary(page, [NOT_UNDERSTOOD, NO_PASSWORD])
    await seeField(page, UNDERSTOOD, NOT_UNDERSTOOD)
    const lines = await inOrder(page)
    expect(lines.filter((line) => line.includes('heading'))).to.deep.equal([
      '    heading "Please check this" [level=2]',
      '  heading "Delete my account" [level=1]',
      '  heading "What goes" [level=2]',
      '  heading "What stays" [level=2]',
    ])
    expect(lines.slice(-10)).to.deep.equal([
      '    text: Would you like to keep a copy?',
      '    link "Download your data first"',
      `  paragraph: ${NOT_UNDERSTOOD}`,
      `  checkbox "${UNDERSTOOD}" [invalid]`,
      `  text: ${UNDERSTOOD} Current Password`,
      `  paragraph: ${NO_PASSWORD}`,
      '  textbox "Current Password" [invalid]',
      '  button "Show Current Password"',
      '  button "Delete my account"',
      '  link "Not now"',
    ])
    await follow(page, NOT_UNDERSTOOD)
    await page.keyboard.press('Space')
    await type(page, 'Current Password', DEMO_PASSWORD)
    await enter(page)
  })

  it('keeping it: the button stands before everything else of every page, and is reached by the mail too', async () => {
    expect((await inOrder(page)).slice(0, 8)).to.deep.equal([
      'main',
      '  status',
      '    paragraph: We have noted that you want your account deleted. You are signed out everywhere else.',
      '  region "Your account will be deleted"',
      '    heading "Your account will be deleted" [level=2]',
      '    paragraph: It is deleted on March 16, 2026 at 9:11 AM UTC, with everything in it. ' +
        'Until then it works as always.',
      '    button "Keep my account"',
      '  heading "Hello, Adam Wirawan" [level=1]',
    ])
    await rig.portal.deliver()
    await page.goto(await newestIn(rig.portal, /http:\/\/\S+\/recover\/keep-account\?\S+/))
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  heading "Keep your account?" [level=1]',
      '  paragraph: Your account at Acme Works will be deleted on March 16, 2026 at 9:11 AM UTC. ' +
        'Press the button, and it stays as it is.',
      '  button "Keep my account"',
      '  paragraph',
      '    text: It was not you who wanted it deleted? Then somebody else was in your account.',
      '    link "Choose another password"',
    ])
    await page.goto('/acme/account')
    await go(page, 'Keep my account')
    await page.getByRole('status').getByText('Your account stays. Nothing was deleted.').waitFor()
  })
})
