import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import type { ConnectionTarget } from '../../src/database/connect.ts'
import { SECOND } from '../../src/platform/clock.ts'
import { layCable, type Cable } from '../faults/severed.ts'
import { freshDatabase } from '../support/database.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const FIELDS = { password: NEW_PASSWORD, confirmation: NEW_PASSWORD }

describe('attacks: a new authenticator and its password, torn apart', () => {
  let portal: Portal
  let cable: Cable
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal({
      store: async (clock) => {
        const fresh = await freshDatabase({ clock })
        cable = await layCable(fresh.application as Exclude<ConnectionTarget, string>)
        const close = () => cable.close().then(() => fresh.close())
        return { ...fresh, application: cable.target, close }
      },
    })
    mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia, 'mia@lantern.example', 'lantern'))
  })
  afterEach(() => portal.close())

  /** Where Mia stands after a password, in a browser of its own; with a key, after its code too. */
  const comesTo = async (password: string, key?: string) => {
    const elsewhere = portal.visitor()
    await signIn(elsewhere, 'mia', password, 'lantern')
    if (!key) return elsewhere.page.address
    portal.clock.pass(31 * SECOND)
    return (await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })).address
  }

  it('TO-10: broken off before the COMMIT, neither the authenticator nor the password is there, and the next press brings both', async () => {
    const key = await setUpAuthenticator(portal, mia)
    cable.sever('authenticators', 'never-arrives')
    expect((await mia.submit('Create Password', FIELDS)).status).to.equal(503)
    await cable.severed()
    expect(await comesTo(DEMO_PASSWORD), 'without a second lock').to.equal('/lantern/account')
    expect(await comesTo(NEW_PASSWORD)).to.equal('/lantern/sign-in')
    expect((await createPassword(mia)).address).to.equal('/lantern/account')
    expect(await comesTo(NEW_PASSWORD, key)).to.equal('/lantern/account')
  })

  it('TO-10: broken off after the COMMIT, both are there, and the page says so', async () => {
    const key = await setUpAuthenticator(portal, mia)
    cable.sever('authenticators', 'answer-lost')
    const page = await mia.press('Create Password', FIELDS)
    await cable.severed()
    expect(page.address).to.be.oneOf(['/lantern/account', '/lantern/recover/done'])
    expect(await comesTo(DEMO_PASSWORD)).to.equal('/lantern/sign-in')
    expect(await comesTo(NEW_PASSWORD, key)).to.equal('/lantern/account')
  })

  it('TO-10: broken off while the code is confirmed, nothing is, and the same code confirms it', async () => {
    cable.sever('audit_events', 'never-arrives')
    const key = (mia.page.root.querySelector('code.key')?.textContent ?? '').replaceAll(' ', '')
    const code = codeOfApp(portal.clock.now(), key)
    expect((await mia.submit('Continue', { code })).status).to.equal(503)
    await cable.severed()
    expect((await mia.open('/lantern/recover/recovery-codes')).address).to.equal('/lantern/recover/enrol')
    expect((await mia.press('Continue', { code })).address).to.equal('/lantern/recover/recovery-codes')
    expect(await comesTo(DEMO_PASSWORD)).to.equal('/lantern/account')
  })
})
