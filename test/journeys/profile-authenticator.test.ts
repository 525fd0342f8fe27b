import { expect } from 'chai'
import { DEMO_AUTHENTICATOR, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { AUTHENTICATOR, beginSetUp, confirmKey, setUpHere } from '../support/profile.ts'
import { codeOfApp, isSignedIn, signIn, signInWithCode } from '../support/steps.ts'
import { mailsTo, rowsOf, sayNotMe, undoLinkIn } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

describe('The authenticator in the Personal Centre', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  it('sets up an authenticator from the profile and signs in with it', async () => {
    const elsewhere = portal.visitor()
    await signIn(elsewhere, 'mia')
    await signIn(mia, 'mia')
    expect(mia.page.text).to.contain('set up an authenticator app')
    await mia.open(`/harbour${AUTHENTICATOR}`)
    expect(mia.page.text).to.contain('You have none yet.')
    const before = mia.cookies.get('latchkey-session.harbour')
    const { key, codes } = await setUpHere(portal, mia)
    expect(codes).to.have.length(10)
    expect(mia.page.address).to.equal(`/harbour${AUTHENTICATOR}`)
    expect(mia.page.text).to.contain('Your authenticator app is set up.').and.to.contain('10 left')
    expect(mia.cookies.get('latchkey-session.harbour')).not.to.equal(before)
    expect(await isSignedIn(elsewhere, 'harbour'), 'signed out elsewhere').to.equal(false)

    await portal.deliver()
    const [letter] = mailsTo(portal, 'mia@harbour.example', 'authenticator app')
    expect(letter?.text).to.contain('An authenticator app was set up for your account at Harbour Cloud')
    expect((await mia.open('/harbour/account')).text).to.contain('10 left')

    portal.clock.pass(MINUTE)
    await signIn(elsewhere, 'mia')
    expect(elsewhere.page.address).to.equal('/harbour/sign-in/authenticator')
    const home = await elsewhere.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(home.address).to.equal('/harbour/account')
    const other = portal.visitor()
    await signIn(other, 'mia')
    await other.press('Sign in', { code: codes[0] ?? '' })
    expect(other.page.text, 'the one that was typed back still works').to.contain('You have 9 left.')
  })

  it('changes nothing before a recovery code is typed back, and forgets what is not finished in time', async () => {
    await signIn(mia, 'mia')
    await beginSetUp(mia)
    expect((await mia.press('Continue', { code: '12' })).problemsAt('code')).to.have.length(1)
    await confirmKey(portal, mia)
    expect((await mia.open(`/harbour${AUTHENTICATOR}/enrol`)).address).to.equal(
      `/harbour${AUTHENTICATOR}/recovery-codes`,
    )
    const wrong = await mia.press('Finish', { code: '00000-00000-00000-00000-000000' })
    expect([wrong.status, wrong.problemsAt('code').length]).to.deep.equal([422, 1])
    expect(await rowsOf(portal, 'harbour', 'mia', 'authenticators')).to.deep.equal([])
    portal.clock.pass(15 * MINUTE)
    const late = await mia.open(`/harbour${AUTHENTICATOR}/recovery-codes`)
    expect(late.address).to.equal(`/harbour${AUTHENTICATOR}`)
    expect(late.text).to.contain('That took longer than 15 minutes')
    await portal.app.keepHouse()
    expect(
      await portal.within('harbour', (tx) => tx.rows('pending_authenticators')),
      'gone from the database',
    ).to.deep.equal([])
  })

  it('replaces one by another, for a recovery code: the old app and its codes stop working', async () => {
    const noah = portal.visitor()
    await signInWithCode(portal, noah)
    const { key, codes } = await setUpHere(portal, noah, 'harbour', DEMO_AUTHENTICATOR.recoveryCodes[0])
    expect(noah.page.text).to.contain('The old one does not work any more.')
    portal.clock.pass(MINUTE)
    await signIn(mia, 'noah')
    for (const old of [codeOfApp(portal.clock.now()), DEMO_AUTHENTICATOR.recoveryCodes[1] ?? ''])
      expect((await mia.press('Sign in', { code: old })).status).to.equal(422)
    await mia.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(mia.page.address).to.equal('/harbour/account')
    expect(codes).to.have.length(10)
  })

  it('makes new recovery codes: the old ones die when one of the new is typed back', async () => {
    const noah = portal.visitor()
    await signInWithCode(portal, noah)
    portal.clock.pass(MINUTE)
    await noah.open(`/harbour${AUTHENTICATOR}/new-codes`)
    await noah.press('Make new ones', {
      currentPassword: DEMO_PASSWORD,
      factor: codeOfApp(portal.clock.now()),
    })
    const codes = noah.page.root.querySelectorAll('.codes code').map((code) => code.textContent)
    await noah.press('Finish', { code: codes[9] ?? '' })
    expect(noah.page.text).to.contain('Your new recovery codes work.').and.to.contain('10 left')
    await signIn(mia, 'noah')
    expect((await mia.press('Sign in', { code: DEMO_AUTHENTICATOR.recoveryCodes[0] ?? '' })).status).to.equal(
      422,
    )
    expect((await mia.press('Sign in', { code: codes[9] ?? '' })).address).to.equal('/harbour/account')
  })

  it('removes it, unless the organization requires one, and says so', async () => {
    const noah = portal.visitor()
    await signInWithCode(portal, noah, 'lantern')
    await noah.open(`/lantern${AUTHENTICATOR}`)
    expect(noah.page.text).to.contain('asks for an authenticator app of everybody')
    expect(noah.page.text).not.to.contain('Remove it')
    expect((await noah.open(`/lantern${AUTHENTICATOR}/remove`)).text).to.contain('it cannot be removed')
    portal.clock.pass(MINUTE)
    const proof = { currentPassword: DEMO_PASSWORD, factor: codeOfApp(portal.clock.now()) }
    const forced = { csrf: noah.csrf, ...proof }
    await noah.send('POST', `/lantern${AUTHENTICATOR}/remove`, forced)
    expect(await rowsOf(portal, 'lantern', 'noah', 'authenticators')).to.have.length(1)

    const free = portal.visitor()
    await signInWithCode(portal, free)
    portal.clock.pass(MINUTE)
    await free.open(`/harbour${AUTHENTICATOR}/remove`)
    await free.press('Remove it', { ...proof, factor: codeOfApp(portal.clock.now()) })
    expect(free.page.text).to.contain('Your authenticator app is removed.')
    expect((await signIn(mia, 'noah')).address, 'the password is enough').to.equal('/harbour/account')
  })

  it('undoes a removal with a lock that nobody has the key of, and what was added by taking it away', async () => {
    const thief = portal.visitor()
    await signIn(thief, 'mia')
    await setUpHere(portal, thief)
    await portal.deliver()
    const added = undoLinkIn(mailsTo(portal, 'mia@harbour.example', 'authenticator app').at(-1))
    expect((await mia.open(added)).text).to.contain('An authenticator app was set up for your account')
    await sayNotMe(mia, added)
    expect(await isSignedIn(thief, 'harbour')).to.equal(false)
    expect(await rowsOf(portal, 'harbour', 'mia', 'authenticators')).to.deep.equal([])
    expect(await rowsOf(portal, 'harbour', 'mia', 'passwords')).to.deep.equal([])

    const [before] = await rowsOf<{ secret_sealed: string }>(portal, 'acme', 'noah', 'authenticators')
    await signInWithCode(portal, thief, 'acme')
    portal.clock.pass(MINUTE)
    await thief.open(`/acme${AUTHENTICATOR}/remove`)
    const factor = codeOfApp(portal.clock.now())
    await thief.press('Remove it', { currentPassword: DEMO_PASSWORD, factor })
    await portal.deliver()
    const removed = undoLinkIn(mailsTo(portal, 'noah@acme.example', 'authenticator app').at(-1))
    expect((await mia.open(removed)).text).to.contain('Your account keeps its second lock')
    await sayNotMe(mia, removed)
    const [locked] = await rowsOf<{ secret_sealed: string }>(portal, 'acme', 'noah', 'authenticators')
    expect(locked?.secret_sealed).to.be.a('string').and.not.to.equal(before?.secret_sealed)
    expect(await rowsOf(portal, 'acme', 'noah', 'recovery_codes')).to.deep.equal([])
    await portal.deliver()
    expect(mailsTo(portal, 'noah@acme.example').at(-1)?.text).to.contain('cannot come back')
  })

  it('undoes new recovery codes by taking them away, and leaves the authenticator', async () => {
    const thief = portal.visitor()
    await signInWithCode(portal, thief)
    const [before] = await rowsOf<{ secret_sealed: string }>(portal, 'harbour', 'noah', 'authenticators')
    portal.clock.pass(MINUTE)
    await thief.open(`/harbour${AUTHENTICATOR}/new-codes`)
    const factor = codeOfApp(portal.clock.now())
    await thief.press('Make new ones', { currentPassword: DEMO_PASSWORD, factor })
    await thief.press('Finish', { code: thief.page.root.querySelector('.codes code')?.textContent ?? '' })
    await portal.deliver()
    await sayNotMe(mia, undoLinkIn(mailsTo(portal, 'noah@harbour.example', 'authenticator app').at(-1)))
    const [after] = await rowsOf<{ secret_sealed: string }>(portal, 'harbour', 'noah', 'authenticators')
    expect(after?.secret_sealed).to.equal(before?.secret_sealed)
    expect(await rowsOf(portal, 'harbour', 'noah', 'recovery_codes')).to.deep.equal([])
  })
})
