import { expect } from 'chai'
import { withoutOrganization } from '../../src/database/transaction.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, createPassword, followLink, getLink, isSignedIn, signIn } from '../support/steps.ts'

describe('What changes while a recovery is under way', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  describe('settings: the stricter holds', () => {
    const lifetime = (slug: string, linkLifetimeMinutes: number) =>
      portal.change(slug, (settings) => ({
        ...settings,
        recovery: { ...settings.recovery, linkLifetimeMinutes },
      }))
    const withdrawLinks = () =>
      portal.change('harbour', (settings) => ({
        ...settings,
        recovery: { ...settings.recovery, methods: ['carrier-pigeon'] },
      }))

    it('shortens a link that is in a mailbox already', async () => {
      const mia = portal.visitor()
      const link = await getLink(portal, mia, 'mia@meadow.example', 'meadow')
      await lifetime('meadow', 5)
      portal.clock.pass(5 * MINUTE - SECOND)
      expect((await mia.open(link)).status).to.equal(200)
      portal.clock.pass(2 * SECOND)
      expect((await mia.press('Continue')).heading).to.equal('This link has expired')
    })

    it('does not lengthen one', async () => {
      const mia = portal.visitor()
      const link = await getLink(portal, mia, 'mia', 'lantern')
      await lifetime('lantern', 60)
      portal.clock.pass(5 * MINUTE + SECOND)
      expect((await mia.open(link)).heading).to.equal('This link has expired')
    })

    it('ends a way that is no longer offered: the link, the page, the form and the mail that waits', async () => {
      const [holder, reader, late] = [portal.visitor(), portal.visitor(), portal.visitor()]
      await followLink(holder, await getLink(portal, holder))
      const link = await getLink(portal, reader, 'noah@harbour.example')
      await late.open('/harbour/recover')
      await late.press('Send Reset Link', { identifier: 'adam@harbour.example' })
      const sent = portal.mailbox.length
      await withdrawLinks()

      await portal.deliver()
      expect(portal.mailbox).to.have.length(sent)
      const dead = await reader.open(link)
      expect(dead.status).to.equal(410)
      expect(dead.heading).to.equal('This way is no longer offered')
      const page = await holder.send('GET', '/harbour/recover/password')
      expect(page.location).to.equal('/harbour/recover/ended/no-longer-offered')
      const ended = await createPassword(holder)
      expect(ended.address).to.equal('/harbour/recover/ended/no-longer-offered')
      expect((await signIn(holder, 'mia')).address).to.equal('/harbour/account')
      const identify = await reader.open('/harbour/recover')
      expect(identify.status).to.equal(200)
      expect(identify.root.querySelector('#identifier')).to.equal(null)
    })

    it('judges the new password by the rules of now', async () => {
      const mia = portal.visitor()
      await followLink(mia, await getLink(portal, mia))
      await portal.change('harbour', (settings) => ({
        ...settings,
        passwords: { ...settings.passwords, minimumLength: 14 },
      }))
      const page = await createPassword(mia, 'Tr4vel-Lamp!9')
      expect(page.problemsAt('password')).to.deep.equal(['The password must have at least 14 characters'])
      expect((await createPassword(mia, 'Tr4vel-Lamp!97')).address).to.equal('/harbour/recover/done')
    })

    it('stops telling people apart at once when errors are no longer helpful', async () => {
      const visitor = portal.visitor()
      await visitor.open('/lantern/recover')
      await portal.change('lantern', (settings) => ({
        ...settings,
        recovery: { ...settings.recovery, unknownPerson: 'uniform' },
      }))
      const page = await visitor.press('Send Reset Link', { identifier: 'miya' })
      expect(page.address).to.equal('/lantern/recover/sent')
    })
  })

  describe('people and organizations', () => {
    const suspend = (slug: string, username: string) =>
      changeAccount(portal, slug, username, { state: 'suspended' })
    const setOrganization = async (slug: string, state: 'active' | 'suspended') =>
      withoutOrganization(portal.store.database, async ({ sql }) => {
        await sql('organizations').where({ slug }).update({ state })
      })

    it('sends a person nothing who was suspended before the mail left, with the same page', async () => {
      await suspend('harbour', 'mia')
      const mia = portal.visitor()
      await mia.open('/harbour/recover')
      const page = await mia.press('Send Reset Link', { identifier: 'mia@harbour.example' })
      expect(page.address).to.equal('/harbour/recover/sent')
      await portal.deliver()
      expect(portal.mailbox).to.have.length(0)
    })

    it('says of a suspended person nothing, not even where errors are helpful', async () => {
      await suspend('lantern', 'nils')
      const nils = portal.visitor()
      await nils.open('/lantern/recover')
      expect((await nils.press('Send Reset Link', { identifier: 'nils' })).address).to.equal(
        '/lantern/recover/sent',
      )
    })

    it('stops a suspended person at the link, at the new password and in the account', async () => {
      const [reader, holder, member] = [portal.visitor(), portal.visitor(), portal.visitor()]
      const link = await getLink(portal, reader)
      await followLink(holder, await getLink(portal, holder))
      await signIn(member, 'mia')
      await suspend('harbour', 'mia')
      expect((await reader.open(link)).heading).to.equal('Your account has changed')
      expect((await createPassword(holder)).address).to.equal('/harbour/recover/ended/account-changed')
      expect(await isSignedIn(member, 'harbour')).to.equal(false)
      expect((await signIn(member, 'mia')).text).to.contain('This did not match.')
    })

    it('serves a suspended organization to nobody, sends its mail to nobody, and leaves others alone', async () => {
      const [reader, waiting, member] = [portal.visitor(), portal.visitor(), portal.visitor()]
      const link = await getLink(portal, reader)
      await signIn(member, 'olivia')
      await waiting.open('/harbour/recover')
      await waiting.press('Send Reset Link', { identifier: 'adam@harbour.example' })
      const sent = portal.mailbox.length
      await setOrganization('harbour', 'suspended')
      await portal.deliver()
      expect(portal.mailbox).to.have.length(sent)
      for (const address of [link, '/harbour/sign-in', '/harbour/account', '/harbour/brand.css'])
        expect((await member.open(address)).status, address).to.equal(404)
      expect((await member.open('/summit/sign-in')).status).to.equal(200)
      await setOrganization('harbour', 'active')
      expect(await isSignedIn(member, 'harbour')).to.equal(true)
    })

    it('sends no link to an address that was never verified', async () => {
      for (const slug of ['harbour', 'lantern'])
        await changeAccount(portal, slug, 'mia', { email_verified_at: null })
      const mia = portal.visitor()
      await mia.open('/harbour/recover')
      const uniform = await mia.press('Send Reset Link', { identifier: 'mia@harbour.example' })
      expect(uniform.address).to.equal('/harbour/recover/sent')
      await mia.open('/lantern/recover')
      const helpful = await mia.press('Send Reset Link', { identifier: 'mia' })
      expect(helpful.heading).to.equal('No email on this account')
      await portal.deliver()
      expect(portal.mailbox).to.have.length(0)
    })
  })
})
