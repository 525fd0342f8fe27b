import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { openRig, type Rig } from './rig.ts'
import { signIn as signInAs } from '../support/steps.ts'
import { heard, press, signIn } from './steps.ts'

/** The Personal Centre, as a screen reader hears it. */
describe('the Personal Centre, read aloud', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())

  it('home: the organization and the way out, the places with the one that is open, then what there is', async () => {
    await signIn(page, 'meadow', 'mia@meadow.example')
    expect(await heard(page, 'header')).to.deep.equal([
      'banner',
      '  link "Meadow Energy"',
      '  button "Sign out"',
    ])
    expect(await heard(page, 'nav')).to.deep.equal([
      'navigation "My Account"',
      '  list',
      '    listitem',
      '      link "Home"',
      '    listitem',
      '      link "Profile"',
      '    listitem',
      '      link "Password"',
      '    listitem',
      '      link "Authenticator"',
      '    listitem',
      '      link "Sessions"',
      '    listitem',
      '      link "Activity"',
      '    listitem',
      '      link "Language"',
    ])
    expect(await page.locator('nav [aria-current=page]').innerText()).to.equal('Home')
    expect((await heard(page, 'main')).slice(-8)).to.deep.equal([
      '  heading "Ways back in" [level=2]',
      '  paragraph: You have every way back in that Meadow Energy offers.',
      '  term: Email',
      '  definition: Verified',
      '  heading "Second lock" [level=2]',
      '  term: Authenticator app',
      '  definition: None yet',
      `  'link "Add a second lock: set up an authenticator app"':`,
    ])
  })

  it('sessions, asked for a proof late: the summary, this browser, the choice that was made, then the proof', async () => {
    const other = await rig.person()
    await signIn(other, 'meadow', 'mia@meadow.example')
    await page.goto('/meadow/account/sessions')
    rig.portal.clock.pass(10 * MINUTE)
    await page.getByRole('radio').check()
    await press(page, 'Sign it out')
    const words =
      'It has been a while since you proved that it is you. Fill this in, and send the page again.'
    const seen = 'Last seen 10 minutes ago, network 127.0.0.0/24. Signed in March 2, 2026 at 9:00 AM UTC.'
    expect(await heard(page, 'main')).to.deep.equal([
      'main',
      '  alert "Please check this"',
      '    heading "Please check this" [level=2]',
      '    list',
      '      listitem',
      `        link "${words}"`,
      '  heading "Where you are signed in" [level=1]',
      '  paragraph: You are signed in on this browser and on one other.',
      '  term: This browser',
      '  definition: Chrome · Linux',
      '  term: Network',
      '  definition: 127.0.0.0/24',
      '  term: Signed in',
      '  definition: March 2, 2026 at 9:00 AM UTC',
      '  group "Which of them shall end?"',
      '    text: Which of them shall end?',
      `    radio "Chrome · Linux ${seen}" [checked]`,
      '    strong: Chrome · Linux',
      `    text: ${seen}`,
      '  text: Current Password',
      `  paragraph: ${words}`,
      '  textbox "Current Password" [invalid]',
      '  button "Show Current Password"',
      '  button "Sign it out"',
      '  paragraph',
      '    text: "Is one of them not you? Sign it out, and then:"',
      '    link "Change your password"',
    ])
    await page.getByLabel('Current Password').fill(DEMO_PASSWORD)
    await press(page, 'Sign it out')
  })

  it('activity: what happened, whether it was refused, when and by whom, item by item', async () => {
    await signIn(page, 'summit', 'mia')
    rig.portal.clock.pass(MINUTE)
    await signInAs(rig.portal.visitor('203.0.113.7'), 'mia', 'Wrong-1!', 'summit')
    await page.goto('/summit/account/activity')
    const lines = await heard(page, 'main .timeline')
    expect(lines.filter((line) => !line.includes('time:'))).to.deep.equal([
      'list',
      '  listitem',
      '    paragraph: A failed sign-in Refused',
      '    paragraph',
      '    paragraph: Somebody who was not signed in · network 203.0.113.0/24',
      '  listitem',
      '    paragraph: Signed in',
      '    paragraph',
      '    paragraph: You · network 127.0.0.0/24',
    ])
    expect(lines.filter((line) => line.startsWith('      time: March 2, 2026 at '))).to.have.length(2)
  })
})
