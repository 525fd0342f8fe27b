import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { MINUTE } from '../../src/platform/clock.ts'
import { RINA, RINAS_PASSWORD } from '../support/steps.ts'
import { enter, focused, follow, go, inOrder, seeSummary, type } from './by-keyboard.ts'
import { openRig, type Rig } from './rig.ts'
import { newestVerification, seeField, seeHeading } from './steps.ts'

const NOT_A_COMPANY =
  'Use your company’s address. Mailboxes that anybody can open, like this one, are not accepted here.'
const NO_SYMBOL = 'The password must include a symbol'
const NO_NUMBER =
  'This does not read as a phone number. Write it with the country code, like +62 812 3456 7890, or leave it out.'
const NOT_AGREED = 'Agree to the terms of service to go on'
const TERMS = 'I have read the terms of service of Harbour Cloud (in a new tab) and agree to them.'

/** Without a pointer and without a screen: each page is read aloud, and walked in the order in which it is read. */
describe('sign-up, read aloud and by the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('the form: hints before their fields, the rules after the password, the terms before the button', async () => {
    await page.goto('/harbour/sign-in')
    await go(page, 'Sign Up')
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  heading "Sign up" [level=1]',
      '  paragraph: Create your account at Harbour Cloud. It takes a minute, and one look into your mailbox.',
      '  text: Full name',
      '  textbox "Full name"',
      '  text: Email',
      '  paragraph: Your company’s address. You sign in with it.',
      '  textbox "Email"',
      '  text: Password',
      '  textbox "Password"',
      '  button "Show Password"',
      '  list',
      '    listitem: At least 8 characters',
      '    listitem: An uppercase letter',
      '    listitem: A lowercase letter',
      '    listitem: A number',
      '    listitem: A symbol, such as ! or ?',
      '    listitem: Not easy to guess, like your name or “password123” (checked when you save)',
      '  status',
      '  text: Mobile number (optional)',
      '  paragraph: With the country code, like +62 812 3456 7890.',
      '  textbox "Mobile number (optional)"',
      `  checkbox "${TERMS}"`,
      '  text: I have read the',
      '  link "terms of service of Harbour Cloud (in a new tab)"',
      '  text: and agree to them.',
      '  button "Sign Up"',
      '  paragraph',
      '    link "You have an account? Sign in"',
    ])
  })

  it('the form, refused: every fault in the order of the fields, and each before its field', async () => {
    await type(page, 'Full name', RINA.fullName)
    await type(page, 'Email', 'rina@gmail.com')
    await type(page, 'Password', 'CopperKettle77')
    await type(page, 'Mobile number (optional)', '0812')
    await enter(page)
    await seeSummary(page, [NOT_A_COMPANY, NO_SYMBOL, NO_NUMBER, NOT_AGREED])
    await seeField(page, 'Email', NOT_A_COMPANY)
    await seeField(page, 'Password', NO_SYMBOL)
    await seeField(page, 'Mobile number (optional)', NO_NUMBER)
    await seeField(page, TERMS, NOT_AGREED)
    const lines = await inOrder(page)
    expect(
      lines.slice(lines.indexOf('  text: Full name'), lines.indexOf('  text: I have read the')),
    ).to.deep.equal([
      '  text: Full name',
      '  textbox "Full name": Rina Wulandari',
      '  text: Email',
      '  paragraph: Your company’s address. You sign in with it.',
      `  paragraph: ${NOT_A_COMPANY}`,
      '  textbox "Email" [invalid]: rina@gmail.com',
      '  text: Password',
      `  paragraph: ${NO_SYMBOL}`,
      '  textbox "Password" [invalid]',
      '  button "Show Password"',
      '  list',
      '    listitem: At least 8 characters',
      '    listitem: An uppercase letter',
      '    listitem: A lowercase letter',
      '    listitem: A number',
      '    listitem: A symbol, such as ! or ? (still missing)',
      '    listitem: Not easy to guess, like your name or “password123” (checked when you save)',
      '  status',
      '  text: Mobile number (optional)',
      '  paragraph: With the country code, like +62 812 3456 7890.',
      `  paragraph: ${NO_NUMBER}`,
      '  textbox "Mobile number (optional)" [invalid]: "0812"',
      `  paragraph: ${NOT_AGREED}`,
      `  checkbox "${TERMS}" [invalid]`,
    ])
  })

  it('the form, mended from the summary and refused once more: the focus is on the summary again', async () => {
    await follow(page, NOT_AGREED)
    expect(await focused(page)).to.equal(TERMS)
    await page.keyboard.press('Space')
    await enter(page)
    await seeSummary(page, [NOT_A_COMPANY, 'Enter a password', NO_NUMBER])
    await type(page, 'Email', RINA.email)
    await type(page, 'Password', RINAS_PASSWORD)
    await type(page, 'Mobile number (optional)', RINA.phone)
    await enter(page)
    await seeHeading(page, 'Congratulations! Your account has been created.')
  })

  it('sent: where the mail goes, and how long until there can be another', async () => {
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  heading "Congratulations! Your account has been created." [level=1]',
      '  paragraph: Please check your email to verify it.',
      '  paragraph: It goes to rina@lintas.example.',
      '  paragraph',
      '    strong: The link in it works for 24 hours.',
      '  paragraph: It can take a minute to arrive. Please look in your spam or junk folder too.',
      '  button "Send it again"',
      '  paragraph: "Seconds until you can ask for it again: (seconds)"',
      '  link "Sign up with another address"',
      '  link "Go to sign-in"',
    ])
    await go(page, 'Send it again')
    await seeSummary(page, [])
    rig.portal.clock.pass(MINUTE)
    await go(page, 'Send it again')
    expect((await inOrder(page)).slice(0, 5)).to.deep.equal([
      'main',
      '  status',
      '    paragraph: We have asked for the message once more, if this address has not had three within the hour. ' +
        'Please check your email, and the spam folder too.',
      '  heading "Congratulations! Your account has been created." [level=1]',
      '  paragraph: Please check your email to verify it.',
    ])
  })

  it('verify, in another browser: the password is asked for, and every wrong one leads back to the summary', async () => {
    await rig.portal.deliver()
    const other = await rig.person()
    await other.goto(await newestVerification(rig.portal))
    expect(await inOrder(other)).to.deep.equal([
      'main',
      '  heading "Verify your email address" [level=1]',
      '  paragraph: Press the button to open your account at Harbour Cloud.',
      '  paragraph: It was signed up for on March 2, 2026 at 9:00 AM UTC from Chrome · Linux, network 127.0.0.0/24.',
      '  paragraph: You opened this link in another browser than the one that signed up. ' +
        'Please type the password that you chose, so that the account is yours and nobody else’s.',
      '  text: The password you chose',
      '  textbox "The password you chose"',
      '  button "Show The password you chose"',
      '  button "Verify Your Email Address"',
      '  button "I did not sign up"',
      '  link "Forgot password?"',
    ])
    const wrong =
      'This is not the password of this sign-up. If you signed up yourself, ' +
      'open the newest message in your mailbox, or ask for a new password.'
    await type(other, 'The password you chose', 'Wrong-1!')
    await enter(other)
    await seeSummary(other, [wrong])
    await seeField(other, 'The password you chose', wrong)
    await follow(other, wrong)
    await other.keyboard.type('Wrong-2!')
    await enter(other)
    await seeSummary(other, [wrong])
  })

  it('verify, where it was signed up for: one button, and the way on from what it did', async () => {
    await page.goto(await newestVerification(rig.portal))
    const lines = await inOrder(page)
    expect(lines.slice(-2)).to.deep.equal([
      '  button "Verify Your Email Address"',
      '  button "I did not sign up"',
    ])
    await go(page, 'Verify Your Email Address')
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  heading "Verification successful." [level=1]',
      '  paragraph: Your email address is verified, and your account at Harbour Cloud is open. You can sign in now.',
      '  link "Sign in"',
    ])
  })
})
