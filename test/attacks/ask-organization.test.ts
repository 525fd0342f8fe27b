import { expect } from 'chai'
import { DAY, HOUR, MINUTE } from '../../src/platform/clock.ts'
import { asking, type Desk } from '../support/desk.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { changeAccount } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** Somebody who says that they are Noah, or Olivia, has lost everything, and asks the organization. */
describe('attacks: asking the organization for another’s account', () => {
  let portal: Portal
  let stranger: Visitor
  let desk: Desk

  beforeEach(async () => {
    portal = await openPortal()
    stranger = portal.visitor()
    desk = asking(portal, 'acme')
  })
  afterEach(() => portal.close())

  const lettersTo = (name: string) => portal.mailbox.filter(({ to }) => to === `${name}@acme.example`)
  const stopIn = (text: string | undefined) => /http\S+stop-request\S+/.exec(text ?? '')?.[0] ?? ''

  it('TO-20: a request for a lost authenticator waits out its hold, with a letter at its start and end', async () => {
    await desk.ask(stranger, 'noah')
    portal.clock.pass(DAY)
    await portal.deliver()
    expect(lettersTo('noah'), 'nobody approved').to.deep.equal([])
    await desk.approve('noah', 'adam')
    await portal.deliver()
    expect(lettersTo('noah')).to.have.length(1)
    expect(lettersTo('noah')[0]?.text).to.not.contain('/recover/link')
    for (let hour = 1; hour < 24; hour += 1) {
      portal.clock.pass(HOUR)
      await portal.deliver()
    }
    portal.clock.pass(HOUR - MINUTE)
    await portal.deliver()
    expect(lettersTo('noah'), 'no link before the end').to.have.length(1)
    portal.clock.pass(MINUTE)
    await portal.deliver()
    const [first, last] = lettersTo('noah')
    expect(linkIn(last)).to.contain('/acme/recover/link?token=')
    expect(stopIn(last?.text)).to.equal(stopIn(first?.text))
  })

  it('TO-20: the letter’s link stops it, once, and a link made up stops nothing', async () => {
    await desk.ask(stranger, 'noah')
    await desk.approve('noah', 'adam')
    await portal.deliver()
    const stop = stopIn(lettersTo('noah')[0]?.text)
    for (const forged of [
      stop.replace(/token=.*/, 'token='),
      stop.replace(/token=.*/, `token=${'A'.repeat(43)}`),
      stop.replace(/request=[^&]+/, 'request=0198d000-0000-7000-8000-000000000000'),
      stop.replace('/acme/', '/harbour/'),
    ]) {
      expect((await stranger.open(forged)).status, forged).to.equal(410)
      const { csrf } = await csrfOf(stranger)
      expect((await stranger.send('POST', forged, { csrf })).status, forged).to.be.oneOf([403, 410])
    }
    const noah = portal.visitor()
    await noah.open(stop)
    portal.clock.pass(DAY)
    await portal.deliver()
    expect(lettersTo('noah'), 'opening it stops nothing').to.have.length(2)
    await noah.press('Stop it')
    expect((await stranger.open(linkIn(lettersTo('noah')[1]))).status).to.equal(410)
    expect((await noah.open(stop)).status).to.equal(410)
  })

  it('TO-20: stopped before the end, no link goes out, and no second approval revives it', async () => {
    await desk.ask(stranger, 'noah')
    await desk.approve('noah', 'adam')
    await portal.deliver()
    const noah = portal.visitor()
    await noah.open(stopIn(lettersTo('noah')[0]?.text))
    await noah.press('Stop it')
    expect(await desk.approve('noah', 'olivia')).to.contain('no such request')
    portal.clock.pass(2 * DAY)
    await portal.deliver()
    expect(lettersTo('noah')).to.have.length(1)
  })

  it('TO-20: an approval before anybody asked, of another’s request or after a week is none', async () => {
    expect(await desk.approve('noah', 'adam')).to.contain('no such request')
    await desk.ask(stranger, 'noah')
    const harbour = asking(portal, 'harbour')
    await harbour.ask(portal.visitor(), 'mia')
    expect(await harbour.approve('noah', 'adam')).to.contain('no such request')
    portal.clock.pass(7 * DAY)
    expect(await desk.approve('noah', 'adam')).to.contain('no such request')
    await portal.deliver()
    expect(lettersTo('noah')).to.deep.equal([])
  })

  it('TO-20: an owner needs two other owners; nobody decides their own, and administrators none of an owner', async () => {
    await changeAccount(portal, 'acme', 'mia', { role: 'owner' })
    await changeAccount(portal, 'acme', 'noah', { role: 'owner' })
    await desk.ask(stranger, 'olivia')
    expect(await desk.approve('olivia', 'adam')).to.contain('only owners about an owner')
    expect(await desk.approve('olivia', 'olivia')).to.contain('own request')
    expect(await desk.approve('olivia', 'olivia@acme.example'), 'by another name').to.contain('own request')
    expect(await desk.approve('olivia', null), 'the operator').to.contain('enough people')
    expect(await desk.approve('olivia', 'mia')).to.contain('One more person')
    expect(await desk.approve('olivia', 'mia')).to.contain('approved this already')
    expect(await desk.approve('olivia', 'mia@acme.example'), 'by another name').to.contain('already')
    portal.clock.pass(DAY)
    await portal.deliver()
    expect(lettersTo('olivia')).to.deep.equal([])
    expect(await desk.approve('olivia', 'noah')).to.match(/^Approved\. /)
  })

  it('TO-20: the operator alone is never two, and suspended people decide nothing', async () => {
    await changeAccount(portal, 'acme', 'adam', { state: 'suspended' })
    await desk.ask(stranger, 'nils')
    expect(await desk.approve('nils', 'adam')).to.contain('Only administrators and owners')
    expect(await desk.approve('nils', null)).to.contain('One more person')
    expect(await desk.approve('nils', null)).to.contain('approved this already')
  })

  it('TO-20: two approvals at the same instant are one hold and one link', async () => {
    await desk.ask(stranger, 'noah')
    const other = asking(portal, 'acme')
    await Promise.all([desk.approve('noah', 'adam'), other.approve('noah', 'olivia')])
    await portal.deliver()
    portal.clock.pass(DAY)
    await portal.deliver()
    const links = lettersTo('noah').filter(({ text }) => text.includes('/recover/link?'))
    expect(links).to.have.length(1)
  })

  async function csrfOf(visitor: Visitor): Promise<{ csrf: string }> {
    await visitor.open('/acme/recover/ask')
    return { csrf: visitor.csrf }
  }
})
