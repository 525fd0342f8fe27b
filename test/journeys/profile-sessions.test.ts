import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { codeOfApp, isSignedIn, NEW_PASSWORD, signIn, signInWithCode } from '../support/steps.ts'
import { rowsOf } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const SESSIONS = '/harbour/account/sessions'
const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15'

describe('Sessions in the Personal Centre, and the proof that sensitive changes ask for', () => {
  let portal: Portal
  let mia: Visitor
  let laptop: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    laptop = portal.visitor()
    laptop.headers = { 'User-Agent': MAC }
  })
  afterEach(() => portal.close())

  it('loses a laptop: ends its session', async () => {
    await signIn(laptop, 'mia')
    portal.clock.pass(5 * MINUTE)
    await signIn(mia, 'mia')
    const page = await mia.open(SESSIONS)
    expect(page.text).to.contain('You are signed in on this browser and on one other.')
    expect(page.text).to.contain('Firefox · Linux')
    expect(page.text).to.contain('Safari · macOS Last seen 5 minutes ago, network 198.51.100.0/24.')
    // The only other one is chosen already.
    const ended = await mia.press('Sign it out')
    expect(ended.text).to.contain('That browser is signed out.').and.to.contain('on this browser only')
    expect(await isSignedIn(laptop, 'harbour')).to.equal(false)
    expect(await isSignedIn(mia, 'harbour')).to.equal(true)
    const events = await portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; kind: string }>('audit_events').where('kind', 'session.ended'),
    )
    expect(events).to.have.length(1)
  })

  it('ends all others at once, and forgets nothing else', async () => {
    const tablet = portal.visitor()
    for (const browser of [laptop, tablet, mia]) await signIn(browser, 'mia')
    await mia.open(SESSIONS)
    expect((await mia.press('Sign it out')).problemsAt('end')).to.deep.equal(['Choose which one shall end'])
    const done = await mia.press('Sign it out', { end: 'others' })
    expect(done.text).to.contain('2 browsers are signed out.')
    for (const browser of [laptop, tablet]) expect(await isSignedIn(browser, 'harbour')).to.equal(false)
    expect(await rowsOf(portal, 'harbour', 'mia', 'known_devices')).to.have.length(3)
  })

  it('asks again who it is when that was proven more than ten minutes ago, and not before', async () => {
    await signIn(laptop, 'mia')
    await signIn(mia, 'mia')
    await mia.open(SESSIONS)
    const [id = ''] = idsOn(mia.page)
    portal.clock.pass(10 * MINUTE - 1)
    expect((await mia.open(SESSIONS)).body).not.to.contain('currentPassword')
    portal.clock.pass(1)
    const late = await mia.press('Sign it out', { end: id })
    expect([late.status, late.problemsAt('currentPassword').length]).to.deep.equal([422, 1])
    expect(late.text).to.contain('It has been a while')
    expect(checkedOn(late), 'what was chosen is kept').to.equal(id)
    expect(await isSignedIn(laptop, 'harbour')).to.equal(true)

    const wrong = await mia.press('Sign it out', { end: id, currentPassword: 'wrong' })
    expect([wrong.status, checkedOn(wrong)]).to.deep.equal([422, id])
    expect(wrong.problemsAt('currentPassword')).to.deep.equal(['This is not your current password'])
    const before = mia.cookies.get('latchkey-session.harbour')
    await mia.press('Sign it out', { end: id, currentPassword: DEMO_PASSWORD })
    expect(await isSignedIn(laptop, 'harbour')).to.equal(false)
    expect(mia.cookies.get('latchkey-session.harbour'), 'goes on under a new one').not.to.equal(before)
    expect((await mia.open(SESSIONS)).body, 'fresh again').not.to.contain('currentPassword')
  })

  it('asks who has an authenticator for both, also to change the password', async () => {
    await signInWithCode(portal, mia)
    await mia.open('/harbour/account/password')
    expect(mia.page.body).to.contain('currentPassword').and.not.to.contain('name="factor"')
    portal.clock.pass(11 * MINUTE)
    const page = await mia.open('/harbour/account/password')
    expect(page.body).to.contain('name="factor"')
    const change = { currentPassword: DEMO_PASSWORD, password: NEW_PASSWORD, confirmation: NEW_PASSWORD }
    expect(
      (await mia.press('Change password', { ...change, factor: 'x' })).problemsAt('factor'),
    ).to.have.length(1)
    const factor = codeOfApp(portal.clock.now())
    const weak = await mia.press('Change password', {
      ...change,
      factor,
      password: 'weak',
      confirmation: 'weak',
    })
    expect(weak.problemsAt('password'), 'the proof counted already').to.have.length.above(1)
    expect(weak.body, 'and is not asked for twice').not.to.contain('name="factor"')
    expect((await mia.press('Change password', change)).address).to.equal('/harbour/account')
  })

  it('shows on every page where it is, and the way out', async () => {
    await signIn(mia, 'mia')
    for (const [path, current] of [
      ['', 'page'],
      ['/password', 'page'],
      ['/sessions', 'page'],
      ['/authenticator', 'page'],
      ['/authenticator/set-up', 'true'],
    ]) {
      const page = await mia.open(`/harbour/account${path}`)
      const marked = page.root.querySelectorAll('nav.places [aria-current]')
      expect(
        marked.map((link) => link.getAttribute('aria-current')),
        path,
      ).to.deep.equal([current])
      expect(page.root.querySelectorAll('form[action="/harbour/sign-out"]'), path).to.have.length(1)
    }
  })
})

function idsOn(page: Page): string[] {
  return page.root
    .querySelectorAll('input[name=end]')
    .map((input) => input.getAttribute('value') ?? '')
    .filter((id) => id !== 'others')
}

function checkedOn(page: Page): string | undefined {
  return page.root.querySelector('input[name=end][checked]')?.getAttribute('value')
}
