import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { bringAll } from '../support/import.ts'
import { go, inOrder, tabTo } from './by-keyboard.ts'
import { openRig, type Rig } from './rig.ts'
import { heard, seeHeading, signIn } from './steps.ts'

/** What a screen reader says of the choice. */
const INVITE =
  'Invite them now Each gets a mail with a link to choose a password. It works for 24 hours. The mails leave one after another.'

/** Without a pointer and without a screen. */
describe('people imported, read aloud and by the keyboard alone', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
    await signIn(page, 'acme', 'olivia')
  })
  after(() => rig.close())
  afterEach(() => expect(rig.complaints).to.deep.equal([]))

  it('a file is chosen, its bad rows are read, and the good ones are brought over', async () => {
    await page.goto('/acme/manage/people')
    await go(page, 'Import from a file')
    await tabTo(page, 'Drop the file here, or choose it')
    const csv = 'email,phone\nsari@lintas.example,\nbudi@lintas.example,12\n'
    // The window in which a file is chosen is the browser's own.
    const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
    await page.locator(':focus').setInputFiles(file)
    await go(page, 'Look at the file')
    await seeHeading(page, 'What would be imported')
    const lines = await heard(page, 'main')
    expect(lines.map((line) => line.trim())).to.include.members([
      'group "One person brings no password along"',
      'table "Rows of which nothing is made"',
      'rowheader "3"',
      'cell "budi@lintas.example"',
    ])
    await page.reload()
    await tabTo(page, INVITE)
    await page.keyboard.press('ArrowDown')
    await go(page, 'Import one person')
    await seeHeading(page, 'Importing people')
    expect(await inOrder(page)).to.include.members(['  progressbar "0 of 1 rows"'])
    await bringAll(rig.portal)
    await page.reload()
    await download('Download these rows with the reasons')
    await seeHeading(page, 'The import is done')
  })

  async function download(name: string): Promise<void> {
    await tabTo(page, name)
    const kept = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    expect((await kept).suggestedFilename()).to.equal('acme-not-imported.csv')
  }
})
