import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { handOut } from '../support/people.ts'
import { NEW_PASSWORD } from '../support/steps.ts'
import { enter, focused, follow, go, inOrder, seeSummary, tabTo, type } from './by-keyboard.ts'
import { openRig, type Rig } from './rig.ts'
import { seeField, seeHeading } from './steps.ts'

const NO_NUMBER = 'The password must include a number'
const DIFFERENT = 'The two passwords are not the same. Enter the new password twice.'
const NO_EMAIL = 'Enter your email address'
const NO_PASSWORD = 'Enter your current password'

/** Without a pointer and without a screen: each page is read aloud, and walked in the order in which it is read. */
describe('the first sign-in, read aloud and by the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('own password: who made the account, then both fields, each with what is wrong before it', async () => {
    const initial = await handOut(rig.portal)
    await page.goto('/lantern/sign-in')
    await type(page, 'Username or email', 'rani')
    await type(page, 'Password', initial)
    await enter(page)
    await type(page, 'New Password', 'Travel-Lamp')
    await type(page, 'Confirm New Password', 'Travel-Lam')
    await enter(page)
    await seeSummary(page, [NO_NUMBER, DIFFERENT])
    await seeField(page, 'New Password', NO_NUMBER)
    await seeField(page, 'Confirm New Password', DIFFERENT)
    expect((await inOrder(page)).slice(8)).to.deep.equal([
      '  heading "Choose your own password" [level=1]',
      '  paragraph: Adam Wirawan made the account rani ready for you on March 2, 2026 at 9:00 AM UTC. ' +
        'Now choose a password that only you know; the one that you were given stops working then. ' +
        'Please finish within 10 minutes of signing in.',
      '  text: New Password',
      `  paragraph: ${NO_NUMBER}`,
      '  textbox "New Password" [invalid]',
      '  button "Show New Password"',
      '  list',
      '    listitem: At least 8 characters',
      '    listitem: An uppercase letter',
      '    listitem: A lowercase letter',
      '    listitem: A number (still missing)',
      '    listitem: A symbol, such as ! or ?',
      '    listitem: Not the password you have now (checked when you save)',
      '    listitem: Not easy to guess, like your name or “password123” (checked when you save)',
      '  status',
      '  text: Confirm New Password',
      `  paragraph: ${DIFFERENT}`,
      '  textbox "Confirm New Password" [invalid]',
      '  button "Show Confirm New Password"',
      '  status',
      '  button "Create Password"',
      '  link "Start again"',
    ])
  })

  it('own password, mended: what is typed is told of in words, and shown and hidden without losing the focus', async () => {
    await follow(page, DIFFERENT)
    expect(await focused(page)).to.equal('Confirm New Password')
    await type(page, 'New Password', NEW_PASSWORD)
    await page.getByText('5 of 5 rules met').waitFor()
    await tabTo(page, 'Show New Password')
    await page.keyboard.press('Space')
    expect(await focused(page)).to.equal('Hide New Password')
    await page.keyboard.press('Space')
    expect(await focused(page)).to.equal('Show New Password')
    await type(page, 'Confirm New Password', NEW_PASSWORD)
    await page.getByText('Both passwords are the same.').waitFor()
    await enter(page)
    await seeHeading(page, 'Add your email address')
  })

  it('add an email address: says that the password is set; refused, it is the same page and can still be skipped', async () => {
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  status',
      '    paragraph: Your own password is set. The one that you were given does not work any more.',
      ...adding({ refused: false }),
    ])
    await go(page, 'Save')
    await seeSummary(page, [NO_EMAIL, NO_PASSWORD])
    await seeField(page, 'Email address', NO_EMAIL)
    await seeField(page, 'Current Password', NO_PASSWORD)
    expect((await inOrder(page)).slice(8)).to.deep.equal(adding({ refused: true }))
    await type(page, 'Email address', 'rani@lintas.example')
    await type(page, 'Current Password', NEW_PASSWORD)
    await enter(page)
    await page.getByRole('status').getByText('A message with a button is on its way').waitFor()
    expect(await page.title()).to.match(/^Profile /)
  })
})

function adding({ refused }: { refused: boolean }): string[] {
  const fault = (words: string) => (refused ? [`  paragraph: ${words}`] : [])
  const invalid = refused ? ' [invalid]' : ''
  return [
    '  heading "Add your email address" [level=1]',
    '  paragraph: If you ever forget your password, a link to choose a new one goes there. ' +
      'Without an address, somebody at Lantern Platform has to help you.',
    '  text: Email address',
    '  paragraph: We send a message there. Press the button in it; from three days later the address lets you back in.',
    ...fault(NO_EMAIL),
    `  textbox "Email address"${invalid}`,
    '  text: Current Password',
    ...fault(NO_PASSWORD),
    `  textbox "Current Password"${invalid}`,
    '  button "Show Current Password"',
    '  button "Save"',
    '  link "Skip for now"',
  ]
}
