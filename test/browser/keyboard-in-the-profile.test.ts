import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { NEW_PHONE } from '../support/contacts.ts'
import { enter, focused, follow, go, inOrder, seeSummary, tabTo, type } from './by-keyboard.ts'
import { openRig, type Rig } from './rig.ts'
import { newestCode, newestConfirmation, seeField, seeHeading, signIn } from './steps.ts'

const NEW_EMAIL = 'adam@third.example'
const COUNTRIES = 'United Kingdom, Indonesia, or United States'

/** What stands at the end of the profile. */
const ROWS = [
  '  link "Change your name"',
  '  link "Change your email address"',
  '  link "Change your mobile number"',
  '  link "Remove your email address"',
  '  link "Remove your mobile number"',
  '  link "Your data"',
]

/** Without a pointer and without a screen: each page is read aloud, and walked in the order in which it is read. */
describe('the profile, read aloud and by the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
    await signIn(page, 'acme', 'adam')
  })
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('the profile: what is known of the person, then what can be done about it', async () => {
    await go(page, 'Profile')
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  heading "Profile" [level=1]',
      '  paragraph: What Acme Works knows you by, and where messages reach you.',
      '  term: Full name',
      '  definition: Adam Wirawan',
      '  term: Email',
      '  definition: adam@acme.example Verified',
      '  term: Mobile number',
      '  definition: +1 212 555 0112 Verified',
      ...ROWS,
    ])
  })

  it('name: refused when it is empty, and told of when it is changed', async () => {
    await go(page, 'Change your name')
    await tabTo(page, 'Full name')
    await page.keyboard.press('Delete')
    await enter(page)
    await seeSummary(page, ['Enter your full name'])
    await seeField(page, 'Full name', 'Enter your full name')
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  alert "Please check this"',
      '    heading "Please check this" [level=2]',
      '    list',
      '      listitem',
      '        link "Enter your full name"',
      '  heading "Change your name" [level=1]',
      '  paragraph: People at Acme Works see it, and messages begin with it.',
      '  text: Full name',
      '  paragraph: Enter your full name',
      '  textbox "Full name" [invalid]',
      '  button "Save"',
      '  link "Back to your profile"',
    ])
    await type(page, 'Full name', 'Adam Wirawan-Lim')
    await enter(page)
    await page.getByRole('status').getByText('Your name is changed.').waitFor()
  })

  it('email: the address before the password, and so their faults', async () => {
    await go(page, 'Change your email address')
    await go(page, 'Send the message')
    await seeSummary(page, ['Enter your email address', 'Enter your current password'])
    await seeField(page, 'New email address', 'Enter your email address')
    await seeField(page, 'Current Password', 'Enter your current password')
    expect((await inOrder(page)).slice(8)).to.deep.equal([
      '  heading "Change your email address" [level=1]',
      '  paragraph: Now it is adam@acme.example. ' +
        'We send a message to the new one; the old one stays until you press the button in it.',
      '  text: New email address',
      '  paragraph: Enter your email address',
      '  textbox "New email address" [invalid]',
      '  text: Current Password',
      '  paragraph: Enter your current password',
      '  textbox "Current Password" [invalid]',
      '  button "Show Current Password"',
      '  button "Send the message"',
      '  paragraph: To keep your account safe, no reset link goes to a new address for three days. ' +
        'The old address is told of the change, and gets no link any more.',
      '  link "Back to your profile"',
    ])
    await follow(page, 'Enter your current password')
    expect(await focused(page)).to.equal('Current Password')
    await type(page, 'New email address', NEW_EMAIL)
    await type(page, 'Current Password', DEMO_PASSWORD)
    await enter(page)
  })

  it('an address that waits: a part of the page with a name, and what can be done with it inside', async () => {
    expect((await inOrder(page)).slice(0, 12)).to.deep.equal([
      'main',
      '  status',
      '    paragraph: A message with a button is on its way to that address. ' +
        'Please check your email, and the spam folder too.',
      '  heading "Profile" [level=1]',
      '  paragraph: What Acme Works knows you by, and where messages reach you.',
      '  region "Waiting for you to confirm your new address"',
      '    heading "Waiting for you to confirm your new address" [level=2]',
      '    paragraph',
      `      strong: ${NEW_EMAIL}`,
      '    paragraph: Press the button in the message that we sent there. Until then nothing changes.',
      '    button "Send it again"',
      '    paragraph: "Seconds until you can ask for it again: (seconds)"',
    ])
    await go(page, 'Send it again')
    await seeSummary(page, [])
    await rig.portal.deliver()
    await page.goto(await newestConfirmation(rig.portal))
    expect(await inOrder(page)).to.deep.equal([
      'main',
      '  heading "Confirm your email address" [level=1]',
      '  paragraph: Press the button to make this the address of your account at Acme Works.',
      '  paragraph: It was asked for on March 2, 2026 at 9:00 AM UTC from Chrome · Linux, network 127.0.0.0/24.',
      '  button "Confirm this address"',
      '  paragraph: You did not ask for this? Close this page. Nothing has changed.',
    ])
    await go(page, 'Confirm this address')
    await seeHeading(page, 'Your email address is confirmed')
    await go(page, 'Go to your profile')
  })

  it('mobile: where texts go is said before the field, and again with what is wrong', async () => {
    await go(page, 'Change your mobile number')
    await type(page, 'Mobile number', '+49 1512 3456789')
    await type(page, 'Current Password', DEMO_PASSWORD)
    await enter(page)
    const elsewhere = `Texts from here go to ${COUNTRIES} only. Enter a number from there.`
    await seeSummary(page, [elsewhere])
    await seeField(page, 'Mobile number', elsewhere)
    expect((await inOrder(page)).slice(6)).to.deep.equal([
      '  heading "Change your mobile number" [level=1]',
      '  paragraph: Now it is +1 212 555 0112. ' +
        'We send a code to the new one; the old one stays until you have typed it here.',
      '  text: Mobile number',
      `  paragraph: With the country code, like +62 812 3456 7890. Texts go to ${COUNTRIES}.`,
      `  paragraph: ${elsewhere}`,
      '  textbox "Mobile number" [invalid]: +49 1512 3456789',
      '  text: Current Password',
      '  textbox "Current Password"',
      '  button "Show Current Password"',
      '  button "Send the code"',
      '  paragraph: To keep your account safe, a new number lets you back in only after three days.',
      '  link "Back to your profile"',
    ])
    await type(page, 'Mobile number', NEW_PHONE)
    await type(page, 'Current Password', DEMO_PASSWORD)
    await enter(page)
    await seeHeading(page, 'Please check your phone')
  })

  it('code: a wrong one says how many tries are left, and the right one is told of', async () => {
    await type(page, 'Code from the message', '00000000')
    await enter(page)
    const wrong = 'This code is not right. You have 4 tries left.'
    await seeSummary(page, [wrong])
    await seeField(page, 'Code from the message', wrong)
    expect((await inOrder(page)).slice(6)).to.deep.equal([
      '  heading "Please check your phone" [level=1]',
      '  paragraph: A text message with a code is on its way to +1 212 555 0177.',
      '  text: Code from the message',
      '  paragraph: The code works for 5 minutes. We never ask for it by phone.',
      `  paragraph: ${wrong}`,
      '  textbox "Code from the message" [invalid]',
      '  paragraph: 4 tries left for this code.',
      '  button "Continue"',
      '  button "Send a new code"',
      '  paragraph: "Seconds until you can ask for a new code: (seconds)"',
      '  paragraph: "Nothing after two minutes? Check the number. If it is right, it may have had too many texts today, ' +
        'or none can go there for now: try again tomorrow, or use another number."',
      '  link "Use another number"',
      '  button "Forget this number"',
    ])
    await rig.portal.deliver()
    await follow(page, wrong)
    await page.keyboard.type(await newestCode(rig.portal))
    await enter(page)
    await page.getByRole('status').getByText('Your mobile number is confirmed.').waitFor()
  })
})
