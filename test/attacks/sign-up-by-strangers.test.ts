import { expect } from 'chai'
import { waitingSignUp } from '../../src/accounts/signup-store.ts'
import { HOUR } from '../../src/platform/clock.ts'
import { openPortal, verificationIn, type Portal } from '../support/portal.ts'
import {
  accountOf,
  askForLink,
  getVerification,
  RINA,
  RINAS_PASSWORD,
  signIn,
  signUp,
  verify,
} from '../support/steps.ts'

const STRANGERS = { fullName: 'A stranger', password: 'Stranger-Kettle-9?', phone: '+62 811-1111-1111' }

describe('attacks: a stranger signs up with somebody’s address', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('TK-25: who signed up in the name of another has nothing, though they were first and their mail is pressed by mistake', async () => {
    const strangersLink = await getVerification(portal, portal.visitor(), STRANGERS)
    const rina = portal.visitor()
    const ownLink = await getVerification(portal, rina)
    await rina.open(strangersLink)
    expect(rina.page.text).to.contain('signed up more than once')
    const without = await rina.press('Verify Your Email Address')
    expect(without.status).to.equal(422)
    const pressed = await rina.press('Verify Your Email Address', { password: RINAS_PASSWORD })
    expect(pressed.problemsAt('password').join()).to.contain('not the password of this sign-up')
    expect(await accountOf(portal, RINA.email)).to.equal(null)

    await verify(rina, ownLink)
    expect(rina.page.heading).to.equal('Verification successful.')
    expect(await accountOf(portal, RINA.email)).to.include({
      fullName: 'Rina Wulandari',
      phone: '+6281234567890',
    })
    expect((await portal.visitor().open(strangersLink)).status).to.equal(410)
    expect(await portal.within('harbour', (tx) => waitingSignUp(tx, RINA.email))).to.equal(null)
  })

  it('TK-25: one press in another browser, by its owner or by a program that reads her mail, gives a stranger no account', async () => {
    const stranger = portal.visitor()
    const link = await getVerification(portal, stranger, STRANGERS)
    const rina = portal.visitor()
    await rina.open(link)
    expect(rina.page.text).to.contain('another browser than the one that signed up')
    const bare = await rina.send('POST', link, { csrf: rina.csrf, action: 'verify' })
    expect(bare.status).to.equal(422)
    const pressed = await rina.press('Verify Your Email Address')
    expect(pressed.problemsAt('password').join()).to.contain('that you chose when you signed up')
    expect(await accountOf(portal, RINA.email)).to.equal(null)
    expect((await signIn(stranger, RINA.email, STRANGERS.password)).address).not.to.equal('/harbour/account')
  })

  it('TK-29: a stranger at one address does not keep the mail of her own sign-up from her, hour after hour', async () => {
    const rina = portal.visitor()
    for (let hour = 1; hour <= 3; hour += 1) {
      for (let round = 1; round <= 3; round += 1) await signUp(strangerAtOneAddress(), STRANGERS)
      await portal.deliver()
      const before = portal.mailbox.length
      if (hour === 1) await signUp(rina)
      else {
        await rina.open('/harbour/sign-up/sent')
        await rina.press('Send it again')
      }
      await portal.deliver()
      expect(portal.mailbox.slice(before), `hour ${hour}`).to.have.length(1)
      portal.clock.pass(HOUR)
    }
    await verify(rina, verificationIn(portal.mailbox.at(-1)))
    expect(await accountOf(portal, RINA.email)).to.include({ fullName: RINA.fullName })
  })

  it('TK-29: nor the link of her recovery, which is her other way out', async () => {
    await signUp(portal.visitor(), STRANGERS)
    for (let round = 1; round <= 3; round += 1) await askForLink(strangerAtOneAddress(), RINA.email)
    await portal.deliver()
    const before = portal.mailbox.length
    await askForLink(portal.visitor(), RINA.email)
    await portal.deliver()
    expect(portal.mailbox.slice(before).map(({ text }) => text.includes('/recover/link?'))).to.deep.equal([
      true,
    ])
  })

  it('TK-29: nor kill the link that she has, by having her newer one not sent', async () => {
    const rina = portal.visitor()
    const link = await getVerification(portal, rina)
    for (const address of ['203.0.113.9', '192.0.2.9']) await signUp(portal.visitor(address), STRANGERS)
    await portal.deliver()
    await signUp(rina)
    await portal.deliver()
    expect(portal.mailbox, 'her second is not sent').to.have.length(3)
    await verify(rina, link)
    expect(await accountOf(portal, RINA.email)).to.include({ fullName: RINA.fullName })
  })

  it('EN-05: the password of their sign-up does not tell that she proved the mailbox', async () => {
    const stranger = portal.visitor()
    await signUp(stranger, STRANGERS)
    // Sent before hers: of two that leave at once either may be the last.
    await portal.deliver()
    const rina = portal.visitor()
    const link = await getVerification(portal, rina)
    const probes = async () => {
      const seen = []
      for (const one of [stranger, portal.visitor()])
        seen.push((await signIn(one, RINA.email, STRANGERS.password)).address)
      return seen
    }
    const before = await probes()
    expect(before).to.deep.equal(['/harbour/sign-up/unverified', '/harbour/sign-in'])
    await verify(rina, link)
    expect(await accountOf(portal, RINA.email)).not.to.equal(null)
    expect(await probes()).to.deep.equal(before)
  })

  it('TK-29: nor keep from her why she cannot sign in yet, by signing up later', async () => {
    const rina = portal.visitor()
    await signUp(rina)
    await signUp(portal.visitor(), STRANGERS)
    const page = await signIn(rina, RINA.email, RINAS_PASSWORD)
    expect(page.heading).to.equal('Your email address is not verified yet')
  })

  /** Without cookies, as a program comes. */
  function strangerAtOneAddress() {
    return portal.visitor('203.0.113.9')
  }
})
