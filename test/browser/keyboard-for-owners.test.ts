import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { asking } from '../support/desk.ts'
import { png } from '../support/png.ts'
import { enter, focused, follow, go, inOrder, seeSummary, tabTo, type } from './by-keyboard.ts'
import { openRig, type Rig } from './rig.ts'
import { heard, seeField, seeHeading, signIn } from './steps.ts'

const MIA = 'Mia Tanaka mia · mia@harbour.example'
const NO_REASON = 'Say how you checked the person, or why you refuse'
const said = (page: Page, words: string) => page.getByRole('status').getByText(words).waitFor()

/** Without a pointer and without a screen: what owners and administrators decide, walked in the order in which it is read. */
describe('running an organization, read aloud and by the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    await asking(rig.portal, 'harbour').ask(rig.portal.visitor(), 'noah')
    page = await rig.person()
    await signIn(page, 'harbour', 'olivia')
    await page.goto('/harbour/manage')
  })
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('people: found by a name, then the person, then what can be done, and who is told of it before the choice', async () => {
    await go(page, 'People')
    await type(page, 'Search', 'mia')
    await enter(page)
    await go(page, MIA)
    await seeHeading(page, 'Mia Tanaka')
    await go(page, 'Change the role What they may do here.')
    const lines = await heard(page, 'main')
    expect(lines.slice(0, 8)).to.deep.equal([
      'main',
      '  heading "The role of Mia Tanaka" [level=1]',
      '  heading "What follows" [level=2]',
      '  list',
      '    listitem: They are signed out everywhere, so that the new role counts at once.',
      '    listitem: They are told by email.',
      '    listitem: Every owner is told by email.',
      '  group "Role"',
    ])
    await tabTo(page, 'Member Their own account, and nothing else.')
    await page.keyboard.press('ArrowDown')
    await go(page, 'Save the role')
    await said(page, 'The role is changed')
  })

  it('recovery: what follows is read before the button that saves it', async () => {
    await go(page, 'Recovery')
    await type(page, 'How long a link works', '30')
    await go(page, 'See what follows')
    const lines = await inOrder(page)
    const first = (words: string) => lines.findIndex((line) => line.includes(words))
    expect(first('This is what would change')).to.be.within(1, first('What people would see'))
    expect(first('What people would see')).to.be.below(first('button "Save these settings"'))
    await page.reload()
    await go(page, 'Save these settings')
    await said(page, 'Saved as version 2.')
  })

  it('requests: who asks, the reason, the decision; a fault leads back to its field', async () => {
    await go(page, 'Requests')
    await go(page, 'Noah Lindqvist noah Asked on March 2, 2026 at 9:00 AM UTC Waits')
    await go(page, 'Refuse')
    await seeSummary(page, [NO_REASON])
    await seeField(page, 'Reason', NO_REASON)
    await follow(page, NO_REASON)
    expect(await focused(page)).to.equal('Reason')
    await page.keyboard.type('It was not them')
    await go(page, 'Refuse')
    await said(page, 'Refused. Nobody gets in by this request.')
  })

  it('activity: the filter in the order in which it is read, and the file of what it found', async () => {
    await go(page, 'Activity log')
    await tabTo(page, 'About')
    await page.keyboard.press('R')
    await go(page, 'Show')
    await go(page, 'Export as CSV')
    expect((await inOrder(page)).slice(-2)).to.deep.equal([
      '  button "Export as CSV"',
      '  link "Back to the log"',
    ])
    await page.reload()
    await tabTo(page, 'Export as CSV')
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    expect(file.suggestedFilename()).to.match(/\.csv$/)
  })

  it('messages and readiness: what is said before what can be pressed', async () => {
    await go(page, 'Messages')
    expect((await inOrder(page)).slice(1, 4)).to.deep.equal([
      '  heading "Messages" [level=1]',
      '  paragraph: What became of each mail and text of the last 30 days, the newest first. Never what it says. Times are in UTC.',
      '  button "Send myself a test mail"',
    ])
    await page.reload()
    await go(page, 'Send myself a test mail')
    await said(page, 'A test is on its way to you')
    await go(page, 'Readiness')
    expect(await heard(page, 'main')).to.include.members([
      '  meter "4 of 5 people can get back in by themselves"',
      '  heading "Who cannot, and why" [level=2]',
    ])
    await go(page, '1 No email address 1 person: Nils Okafor They can add one in their profile.')
    await seeHeading(page, 'Cannot get back in: No email address')
  })

  it('the logo: the field says what it takes, and the button says who is told', async () => {
    await go(page, 'Branding')
    await go(page, 'Logo The picture beside the name on every page.')
    await tabTo(page, 'Picture')
    // What the browser's own window does once a file is chosen in it.
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: png() })
    await go(page, 'Use this picture')
    await said(page, 'Saved as version 3.')
  })
})
