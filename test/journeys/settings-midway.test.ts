import { expect } from 'chai'
import { DEMO_AUTHENTICATOR } from '../../seeds/demo-organizations.ts'
import type { Settings } from '../../src/organizations/settings.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  codeIn,
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  setUpAuthenticator,
} from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

type Recovery = Settings['recovery']

/** Acme, which has everything, is changed by its owner while somebody is on the way. */
describe('Each setting of a recovery, changed on its way: the stricter holds', () => {
  let portal: Portal
  let person: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    person = portal.visitor()
  })
  afterEach(() => portal.close())

  const set = (recovery: Partial<Recovery>) =>
    portal.change('acme', (settings) => ({ ...settings, recovery: { ...settings.recovery, ...recovery } }))
  const byLink = async (username: string) =>
    followLink(person, await getLink(portal, person, username, 'acme'))
  const byCode = (username: string) => askForCode(portal, person, username, 'acme')
  const typeCode = (): Promise<Page> => person.press('Continue', { code: codeIn(portal.texts.at(-1)) })

  it('authenticator off, then required: it is set up before the password, at once', async () => {
    await set({ authenticator: 'off' })
    await byLink('mia')
    expect(person.page.address).to.equal('/acme/recover/password')
    await set({ authenticator: 'require' })
    expect((await createPassword(person)).address).to.equal('/acme/recover/enrol')
    await person.press('Set it up')
    await setUpAuthenticator(portal, person)
    expect((await createPassword(person)).address).to.equal('/acme/account')
  })

  it('authenticator required, then off: it is still set up', async () => {
    await set({ authenticator: 'require' })
    await byLink('mia')
    await set({ authenticator: 'off' })
    expect((await person.open('/acme/recover/password')).address).to.equal('/acme/recover/enrol')
  })

  it('authenticator off, then asked for: who has one proves it', async () => {
    await set({ authenticator: 'off' })
    await byLink(DEMO_AUTHENTICATOR.username)
    await set({ authenticator: 'challenge' })
    expect((await createPassword(person)).address).to.equal('/acme/recover/authenticator')
    const proven = await person.press('Continue', { code: codeOfApp(portal.clock.now()) })
    expect(proven.address).to.equal('/acme/recover/password')
  })

  it('codes live shorter: the one on the phone too', async () => {
    await byCode('mia')
    await set({ codeLifetimeMinutes: 1 })
    portal.clock.pass(MINUTE + SECOND)
    expect((await typeCode()).problemsAt('code').join()).to.contain('expired')
  })

  it('codes live longer: not the one on the phone', async () => {
    await byCode('mia')
    await set({ codeLifetimeMinutes: 15 })
    portal.clock.pass(5 * MINUTE + SECOND)
    expect((await typeCode()).problemsAt('code').join()).to.contain('expired')
  })

  it('codes become shorter in digits: the one on the phone is still taken', async () => {
    await byCode('mia')
    expect(codeIn(portal.texts[0])).to.have.length(8)
    await set({ authenticator: 'require' })
    expect((await typeCode()).address).to.equal('/acme/recover/enrol')
  })

  it('codes are offered no more: the one on the phone is dead, and says so', async () => {
    await byCode('mia')
    await set({ methods: ['email-link'] })
    expect((await typeCode()).address).to.equal('/acme/recover/ended/no-longer-offered')
  })

  for (const [step, reach] of [
    ['before the code is typed', () => Promise.resolve()],
    ['after the code was right', () => typeCode()],
  ] as const)
    it(`a code alone is refused to those who manage, ${step}: it leads no further`, async () => {
      await set({ smsAloneForManagers: 'allowed' })
      await byCode('adam')
      await reach()
      await set({ smsAloneForManagers: 'refused' })
      const page = person.page.address.endsWith('/code') ? await typeCode() : await createPassword(person)
      expect(page.address).to.equal('/acme/recover/ended/no-longer-offered')
    })

  it('straight home, then not: signs in again', async () => {
    await set({ afterReset: 'home' })
    await byLink(DEMO_AUTHENTICATOR.username)
    await person.press('Continue', { code: codeOfApp(portal.clock.now()) })
    await set({ afterReset: 'sign-in' })
    expect((await createPassword(person)).address).to.equal('/acme/recover/done')
    expect(await isSignedIn(person, 'acme')).to.equal(false)
  })

  it('signs in again, then straight home: still signs in again', async () => {
    await set({ afterReset: 'sign-in' })
    await byLink(DEMO_AUTHENTICATOR.username)
    await person.press('Continue', { code: codeOfApp(portal.clock.now()) })
    await set({ afterReset: 'home' })
    expect((await createPassword(person)).address).to.equal('/acme/recover/done')
    expect(await isSignedIn(person, 'acme')).to.equal(false)
  })

  it('the field takes other names: only whoever asks from now on', async () => {
    const link = await getLink(portal, person, 'mia', 'acme')
    await set({ identifier: 'email' })
    expect((await followLink(person, link)).address).to.equal('/acme/recover/password')
  })
})
