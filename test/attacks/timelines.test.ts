import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { record } from '../../src/audit/audit.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, getLink, isSignedIn, NEW_PASSWORD, signIn } from '../support/steps.ts'
import { changePassword, rowsOf } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const ACTIVITY = '/harbour/account/activity'
const SESSION = 'latchkey-session.harbour'

describe('attacks: on what people read of their own', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal({ config: allowing({ 'sign-in-failures-per-address': 1000 }) })
    mia = portal.visitor()
    await signIn(mia, 'mia')
    portal.clock.pass(SECOND)
  })
  afterEach(() => portal.close())

  const hrefs = (page: Page, selector: string) =>
    page.root.querySelectorAll(selector).map((link) => link.getAttribute('href') ?? '')

  it('AL-07: a stranger’s 1,200 tries push nothing off the page, and nothing of what they typed is on it', async () => {
    await changePassword(mia, 'harbour')
    const words = 'Call-0900-now'
    await signIn(portal.visitor(), 'mia', words)
    await getLink(portal, portal.visitor())
    const [{ id } = { id: '' }] = await portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; id: string; username: string }>('accounts').where('username', 'mia'),
    )
    await portal.within('harbour', async (tx) => {
      for (let tries = 0; tries < 1200; tries += 1) {
        const event = { outcome: 'refused', origin: { actor: 'person' }, subjectId: id } as const
        await record(tx, systemRandom, { kind: 'sign-in.failed', ...event })
      }
    })
    const page = await mia.open(ACTIVITY)
    expect(page.root.querySelectorAll('.timeline li')).to.have.length(4)
    expect(page.text).to.contain('The password was changed').and.contain('Signed in')
    expect(page.text).to.contain('only the newest 1,000 of a kind are counted')
    expect(page.body).to.not.contain(words)
  })

  it('AL-07: a thief in the session pushes no change off the page by new names, languages or sessions that are not there, and may choose five names a day', async () => {
    await changePassword(mia, 'harbour')
    const paths = { name: '/harbour/account/profile/name', language: '/harbour/account/language' }
    const rename = (fullName: string) => mia.send('POST', paths.name, { csrf: mia.csrf, fullName })
    const names = ['Mia Tanaka', 'Mia T', 'M Tanaka', 'M T', 'Mia', 'Tanaka', 'Mia Tan', 'Mia Ta']
    const statuses = []
    await mia.open(paths.name)
    for (const fullName of names) statuses.push((await rename(fullName)).status)
    expect(statuses).to.deep.equal([303, 303, 303, 303, 303, 303, 429, 429])
    for (let turn = 0; turn < 30; turn += 1) await rename('Tanaka')
    for (let turn = 0; turn < 30; turn += 1) {
      await mia.send('POST', paths.language, { csrf: mia.csrf, locale: turn % 2 ? 'en' : 'id' })
      await mia.send('POST', '/harbour/account/sessions', { csrf: mia.csrf, end: 'others' })
    }
    const page = await mia.open(ACTIVITY)
    expect(page.text).to.contain('The password was changed').and.not.contain('language was changed')
    expect(page.root.querySelectorAll('.timeline li')).to.have.length(7)
    const told = await mia.open(paths.name).then(() => mia.press('Save', { fullName: 'Mia Ta' }))
    expect([told.status, told.text.includes('You can try again in 24 hours')]).to.deep.equal([429, true])
    expect(told.root.querySelector('input[name=fullName]')?.getAttribute('value')).to.equal('Mia Ta')
  })

  it('TI-01: nobody reads, stops or undoes what is another’s, in this organization or another', async () => {
    await getLink(portal, portal.visitor())
    await changePassword(mia, 'harbour')
    const [undo = ''] = hrefs(await mia.open(ACTIVITY), '.timeline a')
    await getLink(portal, portal.visitor())
    const [stop = ''] = hrefs(await mia.open(ACTIVITY), '.box a')
    const before = await rowsOf(portal, 'harbour', 'mia', 'account_changes')
    for (const [slug, name] of [
      ['harbour', 'adam'],
      ['summit', 'mia'],
    ] as const) {
      const other = portal.visitor()
      await signIn(other, name, DEMO_PASSWORD, slug)
      const own = await other.open(`/${slug}/account/activity`)
      expect(own.text).to.not.contain('The password was changed')
      for (const link of [undo, stop]) {
        const address = link.replace('/harbour/', `/${slug}/`)
        expect((await other.send('GET', address)).location).to.equal(`/${slug}/account/activity`)
        await other.open(`/${slug}/account/password`)
        const proof = { currentPassword: DEMO_PASSWORD, confirm: 'yes' }
        const sent = await other.send('POST', address, { csrf: other.csrf, ...proof })
        expect(sent.location, address).to.equal(`/${slug}/account/activity`)
      }
    }
    expect(await rowsOf(portal, 'harbour', 'mia', 'account_changes')).to.deep.equal(before)
    expect(hrefs(await mia.open(ACTIVITY), '.box a')).to.deep.equal([stop])
  })

  it('TO-14: a stolen session undoes no change of its person, however fresh, and stops no way back once it is old', async () => {
    await changePassword(mia, 'harbour')
    await getLink(portal, portal.visitor())
    const page = await mia.open(ACTIVITY)
    const thief = portal.visitor()
    thief.setCookie(SESSION, mia.cookies.get(SESSION) ?? '')
    await thief.open('/harbour/account/password')
    for (const proof of [{}, { currentPassword: '' }, { currentPassword: DEMO_PASSWORD }]) {
      const [undo = ''] = hrefs(page, '.timeline a')
      const sent = await thief.send('POST', undo, { csrf: thief.csrf, confirm: 'yes', ...proof })
      expect(sent.status).to.equal(422)
    }
    portal.clock.pass(11 * MINUTE)
    await getLink(portal, portal.visitor())
    const [stop = ''] = hrefs(await mia.open(ACTIVITY), '.box a')
    expect((await thief.send('POST', stop, { csrf: thief.csrf })).status).to.equal(422)
    expect(hrefs(await mia.open(ACTIVITY), '.box a')).to.deep.equal([stop])
    expect(await isSignedIn(mia, 'harbour')).to.equal(true)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('IN-01: an address with anything for a cursor, a request or a change reads the page, and changes nothing', async () => {
    const strange = [
      "' or 1=1 --",
      '1; drop table audit_events',
      '%00',
      '../..',
      newId(systemRandom, new Date(0)),
    ]
    for (const value of strange.map(encodeURIComponent)) {
      for (const address of [`?before=${value}`, `?after=${value}`, `?before=${value}&before=${value}`]) {
        expect((await mia.send('GET', ACTIVITY + address)).status, address).to.equal(200)
      }
      for (const address of [`/stop?recovery=${value}`, `/undo?change=${value}`]) {
        expect((await mia.send('GET', ACTIVITY + address)).location, address).to.equal(ACTIVITY)
      }
    }
  })
})
