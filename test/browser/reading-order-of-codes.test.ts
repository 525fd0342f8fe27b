import { expect } from 'chai'
import type { Locator, Page } from 'playwright-core'
import { codeOfApp } from '../support/steps.ts'
import { openRig, type Rig } from './rig.ts'
import { enterCode, followNewLink, heard, keyOn, press, seeHeading } from './steps.ts'

/** The ways through a code and an authenticator, as a screen reader hears them. */
describe('codes and the second lock, read aloud', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())

  it('choose, nothing chosen: the summary, then the group with what is wrong in it', async () => {
    await page.goto('/summit/recover')
    await page.getByLabel('Username').fill('olivia')
    await press(page, 'Proceed')
    await press(page, 'Proceed')
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  alert "Please check this"',
      '    heading "Please check this" [level=2]',
      '    list',
      '      listitem',
      '        link "Choose how we reach you"',
      '  heading "How shall we reach you?" [level=1]',
      '  paragraph: Choose one. If it does not reach you, you can come back and choose another.',
      '  group "Please choose"',
      '    text: Please choose',
      '    paragraph: Choose how we reach you',
      '    radio "Send Reset Link by email, to your verified address"',
      '    strong: Send Reset Link',
      '    text: by email, to your verified address',
      '    radio "Send SMS OTP by text message, to your verified mobile number"',
      '    strong: Send SMS OTP',
      '    text: by text message, to your verified mobile number',
      '  button "Proceed"',
      '  button "I remember my password"',
    ])
    expect(await describedBy(page.getByRole('group'))).to.equal('Choose how we reach you')
  })

  it('code: the field with what is wrong and the tries that are left, then the other ways', async () => {
    await page.getByLabel('Send SMS OTP').check()
    await press(page, 'Proceed')
    await enterCode(page, '00000000')
    expect((await heard(page, 'main')).map((line) => line.replace(/: \d+"$/, ': (seconds)"'))).to.deep.equal([
      'main',
      '  alert "Please check this"',
      '    heading "Please check this" [level=2]',
      '    list',
      '      listitem',
      '        link "This code is not right. You have 4 tries left."',
      '  heading "Request received, please check your phone" [level=1]',
      '  paragraph: If an account matches, a text message with a code is on its way to its mobile number.',
      '  text: Code from the message',
      '  paragraph: The code works for 5 minutes. We never ask for it by phone.',
      '  paragraph: This code is not right. You have 4 tries left.',
      '  textbox "Code from the message" [invalid]',
      '  paragraph: 4 tries left for this code.',
      '  button "Continue"',
      '  button "Send a new code"',
      '  paragraph: "Seconds until you can ask for a new code: (seconds)"',
      '  paragraph: Nothing after two minutes? The account may have no mobile number that can be used. ' +
        'If so, an administrator of Summit Identity can help.',
      '  button "Use email instead"',
      '  link "No access to my email or phone"',
      '  button "I remember my password"',
    ])
    expect(await describedBy(page.getByLabel('Code from the message'))).to.equal(
      'The code works for 5 minutes. We never ask for it by phone. ' +
        'This code is not right. You have 4 tries left.',
    )
    expect(await describedBy(page.getByRole('button', { name: 'Send a new code' }))).to.match(
      /^Seconds until you can ask for a new code: \d+$/,
    )
  })

  it('enrol: three steps in their order; the picture says what it is, and what to do without it follows', async () => {
    await followNewLink(page, rig.portal, 'lantern', 'mia')
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  heading "Set up your authenticator app" [level=1]',
      '  paragraph: Lantern Platform asks for a second lock on your account. ' +
        'From now on a code from your phone opens it, so that a stolen password alone does not.',
      '  list',
      '    listitem: Install an authenticator app on your phone, if you have none.',
      '    listitem',
      '      text: "Scan this picture with it:"',
      '      img "QR code for your authenticator app"',
      '      group: I cannot scan it',
      '    listitem: Type the six digits that it shows now.',
      '  text: Code from your app',
      '  textbox "Code from your app"',
      '  button "Continue"',
      '  button "I remember my password"',
    ])
    await page.getByText('I cannot scan it').click()
    expect((await heard(page, 'details')).map(withoutSecrets)).to.deep.equal([
      'group',
      '  text: I cannot scan it',
      '  paragraph',
      '    text: "Type this key into the app:"',
      '    code: (key)',
      '  paragraph',
      '    link "Open it in an app on this device"',
    ])
  })

  it('recovery codes: ten of them as a list, what to do with them, then the one typed back', async () => {
    await enterCode(page, codeOfApp(rig.portal.clock.now(), await keyOn(page)))
    await seeHeading(page, 'Keep your recovery codes')
    expect((await heard(page, 'main')).map(withoutSecrets)).to.deep.equal([
      'main',
      '  heading "Keep your recovery codes" [level=1]',
      '  paragraph: If you ever lose your phone, each of these ten codes opens the second lock once. ' +
        'Keep them where you find them without it. They are not shown again.',
      '  list',
      ...Array.from({ length: 10 }, () => ['    listitem', '      code: (code)']).flat(),
      '  link "Download them as a text file"',
      '  button "Print them"',
      '  button "Copy them all"',
      '  status',
      '  text: Type one of them back',
      '  paragraph: So that we both know they are kept. It will still work afterwards.',
      '  textbox "Type one of them back"',
      '  button "Continue"',
      '  button "I remember my password"',
    ])
  })

  it('authenticator: says what is asked for, and what there is without the app', async () => {
    await rig.portal.change('harbour', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, authenticator: 'challenge' },
    }))
    await followNewLink(page, rig.portal, 'harbour', 'noah@harbour.example')
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  heading "Your authenticator app" [level=1]',
      '  paragraph: Your account has a second lock. Open it with a code from your app; ' +
        'you have 15 minutes to finish.',
      '  text: Code from your app',
      '  paragraph: Six digits. A new code comes every 30 seconds.',
      '  textbox "Code from your app"',
      '  button "Continue"',
      '  paragraph',
      '    strong: App not at hand?',
      '    text: "Use one of the recovery codes that you kept when you set it up: each works once."',
      '  paragraph: Neither of them? An administrator of Harbour Cloud can help.',
      '  link "Use a recovery code instead"',
      '  link "I lost my authenticator"',
      '  button "I remember my password"',
    ])
  })
})

/** What is said of an element after its name. */
async function describedBy(element: Locator): Promise<string> {
  const ids = (await element.getAttribute('aria-describedby')) ?? ''
  const words = ids.split(' ').map((id) => element.page().locator(`#${id}`).innerText())
  return (await Promise.all(words)).join(' ')
}

/** Keys and recovery codes are new each time. */
function withoutSecrets(line: string): string {
  return line.replace(/(?:[A-Z2-7]{4} ?){8}/, '(key)').replace(/[a-z0-9]{5}(-[a-z0-9]{5,6}){4}/, '(code)')
}
