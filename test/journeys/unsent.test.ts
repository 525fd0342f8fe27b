import { expect } from 'chai'
import { HOUR } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const NAME = '/harbour/account/profile/name'
const EMAIL = '/harbour/account/profile/email'
const KEPT = 'latchkey-unsent.harbour'

describe('somebody sends a form after they were signed out in another tab', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    await signIn(mia, 'mia')
  })
  afterEach(() => portal.close())

  it('is told to sign in again, and then is back on the page with what was typed, once', async () => {
    const asked = await sendSignedOut(NAME, { fullName: 'Mia Tanaka-Rossi' })
    expect(asked.address).to.equal('/harbour/sign-in')
    expect(asked.text).to.contain('You are not signed in any more.')
    const page = await signIn(mia, 'mia')
    expect([page.status, page.address]).to.deep.equal([200, NAME])
    expect(page.text).to.contain('You are back where you were.')
    expect(typedIn(page, 'fullName')).to.equal('Mia Tanaka-Rossi')
    expect(typedIn(await mia.open(NAME), 'fullName'), 'once').to.equal('Mia Tanaka')
    expect(mia.cookies.has(KEPT)).to.equal(false)
  })

  it('the same after half an hour away, and nothing was done meanwhile', async () => {
    await mia.open(NAME)
    portal.clock.pass(HOUR)
    await mia.press('Save', { fullName: 'Mia Tanaka-Rossi' })
    const page = await signIn(mia, 'mia')
    expect(typedIn(page, 'fullName')).to.equal('Mia Tanaka-Rossi')
    const home = await mia.open('/harbour/account')
    expect(home.heading).to.equal('Hello, Mia Tanaka')
    await mia.open(NAME)
    await mia.press('Save', { fullName: 'Mia Tanaka-Rossi' })
    expect((await mia.open('/harbour/account')).heading).to.equal('Hello, Mia Tanaka-Rossi')
  })

  it('keeps no secret, and nothing that can be read', async () => {
    const typed = { email: 'mia@new.example', currentPassword: DEMO_PASSWORD }
    await sendSignedOut(EMAIL, typed)
    const kept = mia.cookies.get(KEPT) ?? ''
    expect(Buffer.from(kept.split('.')[1] ?? '', 'base64url').toString('latin1')).to.not.contain('mia@new')
    const page = await signIn(mia, 'mia')
    expect([typedIn(page, 'email'), typedIn(page, 'currentPassword')]).to.deep.equal([
      'mia@new.example',
      undefined,
    ])
    expect(page.body).to.not.contain(DEMO_PASSWORD)
  })

  it('CS-08: shows another person who signs in there nothing of it, nor its own person later', async () => {
    await sendSignedOut(NAME, { fullName: 'Mia Tanaka-Rossi' })
    const page = await signIn(mia, 'adam')
    expect([page.address, page.heading]).to.deep.equal(['/harbour/account', 'Hello, Adam Wirawan'])
    expect(typedIn(await mia.open(NAME), 'fullName')).to.equal('Adam Wirawan')
    expect(mia.cookies.has(KEPT)).to.equal(false)
  })

  it('CS-08: a tab left open for one changes nothing of another who signed in since', async () => {
    const { csrf, madeFor } = fieldsOf(await mia.open(NAME))
    await signOut()
    await signIn(mia, 'adam')
    const answer = await mia.send('POST', NAME, { csrf, madeFor, fullName: 'Mia Tanaka-Rossi' })
    expect([answer.status, answer.location]).to.deep.equal([303, '/harbour/account'])
    const page = await mia.open('/harbour/account')
    expect(page.heading).to.equal('Hello, Adam Wirawan')
    expect(page.text).to.contain('That page was left open by somebody else')
  })

  it('CS-02: what another site sends is not kept', async () => {
    const { madeFor } = fieldsOf(await mia.open(NAME))
    await signOut()
    await mia.send('POST', NAME, { csrf: 'forged', madeFor, fullName: 'Planted' })
    expect(mia.cookies.has(KEPT)).to.equal(false)
  })

  it('SE-05: is smaller than a cookie may be, or not kept at all', async () => {
    const longest = { fullName: '漢'.repeat(200) }
    const after = async (search: string) => {
      await sendSignedOut(`${NAME}?${search}`, longest)
      const { length } = mia.cookies.get(KEPT) ?? ''
      await signIn(mia, 'mia')
      return length
    }
    expect(await after('x'.repeat(1200))).to.be.within(2400, 3500)
    await mia.open(NAME)
    expect(await after('x'.repeat(1500))).to.equal(0)
  })

  /** Fills in a form in one tab, signs out in another, and sends it. */
  async function sendSignedOut(path: string, typed: Record<string, string>): Promise<Page> {
    const { csrf, madeFor } = fieldsOf(await mia.open(path))
    await signOut()
    const answer = await mia.send('POST', path, { csrf, madeFor, ...typed })
    expect(answer.status).to.equal(303)
    return mia.open(answer.location ?? '')
  }

  async function signOut(): Promise<void> {
    await mia.open('/harbour/account')
    await mia.press('Sign out')
  }
})

function fieldsOf(page: Page): { csrf: string; madeFor: string } {
  const value = (name: string) => page.root.querySelector(`main input[name=${name}]`)?.getAttribute('value')
  return { csrf: value('csrf') ?? '', madeFor: value('madeFor') ?? '' }
}

function typedIn(page: Page, name: string): string | undefined {
  return page.root.querySelector(`input[name=${name}]`)?.getAttribute('value')
}
