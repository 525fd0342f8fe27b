import { expect } from 'chai'
import { DEMO_ORGANIZATIONS } from '../../seeds/demo-organizations.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForCode, askForLink, signIn } from '../support/steps.ts'

const STRANGER = 'stranger@elsewhere.example'

/**
 * A mail that says "there is no account here" would tell who mistyped their address, and would let anybody have us write to
 * anybody, once a day from every organization. There is no such mail and no setting for one: the page says what to do when
 * nothing comes.
 */
describe('attacks: mail to people who have no account', () => {
  let portal: Portal

  before(async () => (portal = await openPortal()))
  after(() => portal.close())

  for (const { slug, settings: decided } of DEMO_ORGANIZATIONS)
    it(`DF-14: whatever is asked for an address without an account at ${slug}, and however often, nothing is sent to it`, async () => {
      for (const unknownPerson of ['uniform', 'helpful'] as const) {
        await portal.change(slug, (settings) => ({
          ...settings,
          recovery: { ...settings.recovery, unknownPerson, identifier: 'username-or-email' },
        }))
        for (let turn = 0; turn < 3; turn += 1) {
          const visitor = portal.visitor()
          await askForLink(visitor, STRANGER, slug)
          if (decided.recovery?.methods?.includes('sms-code'))
            await askForCode(portal, visitor, STRANGER, slug)
          await visitor.open(`/${slug}/recover/ask`)
          expect((await visitor.press('Ask', { identifier: STRANGER })).status).to.equal(200)
          await signIn(visitor, STRANGER, 'wrong', slug)
          await portal.deliver()
          portal.clock.pass(MINUTE)
        }
      }
      expect(portal.mailbox.map(({ to }) => to)).to.deep.equal([])
      expect(portal.texts).to.deep.equal([])
      // That the same way sends to who has an account: so nothing is broken here but the guess.
      await askForLink(portal.visitor(), `mia@${slug}.example`, slug)
      await portal.deliver()
      expect(portal.mailbox.splice(0).map(({ to }) => to)).to.deep.equal([`mia@${slug}.example`])
    })

  it('DF-14: the page says what to do when nothing comes', async () => {
    const visitor = portal.visitor()
    await portal.change('harbour', ({ recovery, ...settings }) => ({
      ...settings,
      recovery: { ...recovery, unknownPerson: 'uniform' },
    }))
    await askForLink(visitor, STRANGER)
    expect((await visitor.open('/harbour/recover/sent')).text).to.contain('Nothing after two minutes?')
  })
})
