import { expect } from 'chai'
import { CLOSED_REASONS } from '../../src/recovery/attempt.ts'
import { MINUTE, SECOND } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { newToken, systemRandom } from '../../src/platform/random.ts'
import { createPassword, followLink, getLink, NEW_PASSWORD } from '../support/steps.ts'

describe('Every way a recovery can end has its own page and a next step', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  for (const reason of [...CLOSED_REASONS, 'used', 'not-known']) {
    it(`"${reason}" says what happened and leads on`, async () => {
      const visitor = portal.visitor()
      const page = await visitor.open(`/meadow/recover/ended/${reason}`)
      expect(page.status).to.equal(200)
      expect(page.heading).not.to.equal('')
      const ways = page.root.querySelectorAll('main a').map((link) => link.getAttribute('href') ?? '')
      expect(ways).to.have.members(['/meadow/recover', '/meadow/sign-in'])
      for (const way of ways) expect((await visitor.open(way)).status).to.equal(200)
      expect(page.root.querySelector('a[href^="mailto:"]'), 'whom to ask').not.to.equal(null)
    })
  }

  it('tells each ending in words of its own', async () => {
    const visitor = portal.visitor()
    const headings = new Set<string>()
    for (const reason of [...CLOSED_REASONS, 'used', 'not-known'])
      headings.add((await visitor.open(`/meadow/recover/ended/${reason}`)).heading)
    expect(headings.size).to.equal(CLOSED_REASONS.length + 2)
  })

  it('knows no other ending', async () => {
    for (const made of ['nonsense', 'constructor', '__proto__', 'expired%00'])
      expect((await portal.visitor().open(`/meadow/recover/ended/${made}`)).status, made).to.equal(404)
  })

  it('says of a link that was never sent, cut off or left out that it is not known', async () => {
    const visitor = portal.visitor()
    const made = newToken(systemRandom)
    for (const query of [`?token=${made}`, `?token=${made.slice(1)}`, '', `?token=${made}&token=${made}`]) {
      const page = await visitor.open(`/meadow/recover/link${query}`)
      expect(page.status, query).to.equal(404)
      expect(page.heading).to.equal('We do not know this link')
    }
  })

  it('closes a link after five exchanges, and a recovery after twenty refused passwords', async () => {
    const visitor = portal.visitor()
    const link = await getLink(portal, visitor, 'mia@meadow.example', 'meadow')
    for (let exchange = 0; exchange < 5; exchange += 1) {
      await visitor.open(link)
      expect((await visitor.submit('Continue')).status).to.equal(303)
    }
    expect((await visitor.open(link)).heading).to.equal('Too many tries')

    await visitor.open('/meadow/recover/password')
    for (let submit = 1; submit < 20; submit += 1)
      expect((await createPassword(visitor, 'weak')).status).to.equal(422)
    for (const password of ['weak', NEW_PASSWORD]) {
      const last = await visitor.submit('Create Password', { password, confirmation: password })
      expect(last.location).to.equal('/meadow/recover/ended/too-many-tries')
    }
    await visitor.open('/meadow/recover/password')
    expect(visitor.page.heading).to.equal('Too many tries')
  })

  it('gives fifteen minutes to finish after the link, and says so when they are over', async () => {
    const visitor = portal.visitor()
    const link = await getLink(portal, visitor)
    portal.clock.pass(5 * MINUTE - SECOND)
    const page = await followLink(visitor, link)
    expect(page.text).to.contain('15 minutes')
    portal.clock.pass(14 * MINUTE)
    expect((await createPassword(visitor, 'weak')).text).to.contain('1 minute')
    portal.clock.pass(MINUTE)
    expect((await createPassword(visitor, NEW_PASSWORD)).address).to.equal('/harbour/recover/ended/expired')
  })

  it('forgets a request that no mail ever left for, after six hours', async () => {
    const visitor = portal.visitor()
    await visitor.open('/harbour/recover')
    await visitor.press('Send Reset Link', { identifier: 'nobody@harbour.example' })
    portal.clock.pass(6 * 60 * MINUTE - SECOND)
    expect((await visitor.open('/harbour/recover/sent')).address).to.equal('/harbour/recover/sent')
    portal.clock.pass(SECOND)
    expect((await visitor.open('/harbour/recover/sent')).address).to.equal('/harbour/recover/ended/expired')
  })
})
