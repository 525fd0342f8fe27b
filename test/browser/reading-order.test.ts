import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openRig, type Rig } from './rig.ts'
import { heard, newestLink, press, typeNewPassword } from './steps.ts'

/** The journey as a screen reader hears it: landmarks, headings, labels and words, in their order. */
describe('the main journey, read aloud', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())

  it('sign-in: the way to the content first, then whose page it is, then the form', async () => {
    await page.goto('/harbour/sign-in')
    expect(await heard(page, 'body')).to.deep.equal([
      'link "Skip to the content"',
      'complementary "Demo"',
      '  text: This is a demo with made-up people.',
      '  link "Organizations"',
      '  link "Outbox"',
      'banner',
      '  link "Harbour Cloud"',
      '  paragraph: Your account, and always a way back in.',
      'main',
      '  heading "Sign in" [level=1]',
      '  paragraph: Your account at Harbour Cloud',
      '  text: Username or email',
      '  textbox "Username or email"',
      '  text: Password',
      '  textbox "Password"',
      '  button "Show Password"',
      '  button "Sign in"',
      '  paragraph',
      '    link "Forgot password?"',
      '    link "Sign Up"',
      'contentinfo',
      '  list "Language"',
      '    listitem',
      '      button "English"',
      '    listitem',
      '      button "Bahasa Indonesia"',
      '    listitem',
      '      button "简体中文"',
    ])
  })

  it('identify: one heading, one field, and a button that says what it does', async () => {
    await page.getByRole('link', { name: 'Forgot password?' }).click()
    await page.getByLabel('Email').fill('mia@harbour.example')
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  heading "Forgot your password?" [level=1]',
      '  paragraph: It happens. Tell us who you are, and we send you a link to choose a new one.',
      '  text: Email',
      '  textbox "Email": mia@harbour.example',
      '  button "Send Reset Link"',
      '  link "No access to my email or phone"',
      '  link "Back to sign-in"',
    ])
  })

  it('sent: what happened, how long it lasts, and what to do when nothing comes', async () => {
    await press(page, 'Send Reset Link')
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  heading "Request received, please check your email" [level=1]',
      '  paragraph: If an account matches, a message with a link is on its way to its email address.',
      '  paragraph',
      '    strong: The link works for 5 minutes.',
      '  paragraph: It can take a minute to arrive. Please look in your spam or junk folder too.',
      '  paragraph: Nothing after two minutes? The account may have no email address. ' +
        'If so, an administrator of Harbour Cloud can help.',
      '  button "Send it again"',
      '  link "Use another address"',
      '  link "No access to my email or phone"',
      '  button "I remember my password"',
    ])
  })

  it('link: says how far the person has come', async () => {
    await rig.portal.deliver()
    await page.goto(await newestLink(rig.portal))
    expect(await heard(page, 'header')).to.deep.equal([
      'banner',
      '  link "Harbour Cloud"',
      '  list "Where you are"',
      '    listitem: Who you are (done)',
      '    listitem: Prove it’s you',
      '    listitem: New password',
    ])
    expect(await page.locator('[aria-current=step]').innerText()).to.equal('Prove it’s you')
  })

  it('new password, refused: the summary, then each field with what is wrong before it', async () => {
    await press(page, 'Continue')
    await typeNewPassword(page, 'Travel9lamp')
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  alert "Please check this"',
      '    heading "Please check this" [level=2]',
      '    list',
      '      listitem',
      '        link "The password must include a symbol"',
      '  heading "Create a new password" [level=1]',
      '  paragraph: For the account mia. You have 15 minutes to finish this page.',
      '  text: New Password',
      '  paragraph: The password must include a symbol',
      '  textbox "New Password" [invalid]',
      '  button "Show New Password"',
      '  list',
      '    listitem: At least 8 characters',
      '    listitem: An uppercase letter',
      '    listitem: A lowercase letter',
      '    listitem: A number',
      '    listitem: A symbol, such as ! or ? (still missing)',
      '    listitem: Not the password you have now (checked when you save)',
      '    listitem: Not easy to guess, like your name or “password123” (checked when you save)',
      '  status',
      '  text: Confirm New Password',
      '  textbox "Confirm New Password"',
      '  button "Show Confirm New Password"',
      '  status',
      '  button "Create Password"',
      '  button "I remember my password"',
    ])
  })

  it('done: what has changed, and the way on', async () => {
    await typeNewPassword(page, 'Tr4vel-Lamp!9')
    await page.waitForURL('**/done')
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  heading "Your password is changed" [level=1]',
      '  paragraph: Everything worked. You can sign in with your new password now.',
      '  paragraph: You are signed out everywhere else. We have sent a notice of this change to your email address.',
      '  link "Sign in"',
    ])
  })
})
