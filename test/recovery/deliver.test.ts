import { expect } from 'chai'
import { accountNamed } from '../../src/accounts/store.ts'
import { enqueue } from '../../src/delivery/outbox.ts'
import { SendFault } from '../../src/delivery/senders/sender.ts'
import { currentSettings } from '../../src/organizations/store.ts'
import { DAY, HOUR, MINUTE } from '../../src/platform/clock.ts'
import { invite } from '../../src/recovery/begin.ts'
import { systemRandom } from '../../src/platform/random.ts'
import type { Email } from '../../src/delivery/senders/sender.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { allowing, linkIn, openPortal, type Portal } from '../support/portal.ts'
import { askForLink, followLink, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const MIA = 'mia@harbour.example'

/** So many mails an hour that nothing but the rule of three holds any back. */
const generous = allowing({ 'recovery-mail-per-account-hour': 100 })

describe('sending a link, on a real database', () => {
  let portal: Portal
  afterEach(() => portal.close())

  describe('the limits of an account', () => {
    beforeEach(async () => {
      portal = await openPortal()
    })

    it('sends three mails an hour, and more when the hour is over', async () => {
      expect(await mailsAfterAsking(3, 6 * MINUTE)).to.equal(3)
      expect(await mailsAfterAsking(1, 6 * MINUTE)).to.equal(0)
      expect(await reasonsWithheld()).to.deep.equal(['limit'])
      portal.clock.pass(HOUR)
      expect(await mailsAfterAsking(1)).to.equal(1)
    })

    it('sends ten mails a day, whatever hour it is, and more the next day', async () => {
      expect(await mailsAfterAsking(10, 61 * MINUTE)).to.equal(10)
      expect(await mailsAfterAsking(2, 61 * MINUTE)).to.equal(0)
      portal.clock.pass(DAY)
      expect(await mailsAfterAsking(1)).to.equal(1)
    })

    it('gives a browser that its person signed in from a bucket of its own, three an hour', async () => {
      const home = portal.visitor()
      await signIn(home, MIA, DEMO_PASSWORD)
      await mailsAfterAsking(4, 6 * MINUTE)
      const sent = []
      for (let count = 1; count <= 4; count += 1) {
        const before = portal.mailbox.length
        await askAndDeliver(home)
        sent.push(portal.mailbox.length - before)
      }
      expect(sent).to.deep.equal([1, 1, 1, 0])
    })

    it('counts a known browser only for the person who signed in from it', async () => {
      const adams = portal.visitor()
      await signIn(adams, 'adam@harbour.example', DEMO_PASSWORD)
      await mailsAfterAsking(4, 6 * MINUTE)
      await askAndDeliver(adams)
      expect(portal.mailbox).to.have.length(3)
    })
  })

  it('keeps three working links in a mailbox and sends no fourth until one has run out', async () => {
    portal = await openPortal({ config: generous })
    expect(await mailsAfterAsking(4, MINUTE)).to.equal(3)
    expect(await reasonsWithheld()).to.deep.equal(['three-are-live'])
    portal.clock.pass(2 * MINUTE)
    expect(await mailsAfterAsking(1)).to.equal(1)
  })

  it('does not count links that a changed password has made worthless', async () => {
    portal = await openPortal({ config: generous })
    expect(await mailsAfterAsking(3)).to.equal(3)
    const mia = portal.visitor()
    await signIn(mia, MIA, DEMO_PASSWORD)
    await mia.open('/harbour/account/password')
    const fields = { password: 'Quiet-Otter-88?', confirmation: 'Quiet-Otter-88?' }
    await mia.press('Change password', { currentPassword: DEMO_PASSWORD, ...fields })
    await portal.deliver()
    expect(await mailsAfterAsking(1)).to.equal(1)
  })

  it('lets a newer request of the same browser replace the older one, and a stranger’s replace nothing', async () => {
    portal = await openPortal()
    const mia = portal.visitor()
    await askAndDeliver(mia)
    await askAndDeliver(portal.visitor())
    expect(await statusOf(portal.mailbox[0])).to.equal(200)
    await askAndDeliver(mia)
    expect(await statusOf(portal.mailbox[0])).to.equal(410)
    expect(await statusOf(portal.mailbox[1]), 'the stranger’s').to.equal(200)
    expect(await statusOf(portal.mailbox[2])).to.equal(200)
  })

  it('sends only the newer of two requests of one browser that wait together', async () => {
    portal = await openPortal()
    const mia = portal.visitor()
    await askForLink(mia, MIA)
    portal.clock.pass(1000)
    await askForLink(mia, MIA)
    await portal.deliver()
    const alive = await Promise.all(portal.mailbox.map(statusOf))
    expect(alive.filter((status) => status === 200)).to.have.length(1)
  })

  describe('a mail server that takes a mail and does not say so', () => {
    const arrived: Email[] = []
    let answers: boolean

    beforeEach(async () => {
      arrived.length = 0
      answers = false
      portal = await openPortal({
        sender: {
          send: (email) => {
            arrived.push(email)
            return answers ? Promise.resolve() : Promise.reject(new SendFault('timeout', { retry: true }))
          },
          close: () => Promise.resolve(),
        },
      })
    })

    it('gets a second link on the retry, and both work', async () => {
      await askAndDeliver(portal.visitor())
      answers = true
      portal.clock.pass(10_000)
      await portal.deliver()
      expect(arrived).to.have.length(2)
      expect(linkIn(arrived[0])).to.not.equal(linkIn(arrived[1]))
      expect(await Promise.all(arrived.map(statusOf))).to.deep.equal([200, 200])
    })

    it('costs the person nothing of their limit', async () => {
      await askAndDeliver(portal.visitor())
      for (let retry = 1; retry <= 4; retry += 1) {
        portal.clock.pass(MINUTE)
        await portal.deliver()
      }
      answers = true
      portal.clock.pass(20 * MINUTE)
      await portal.deliver()
      const before = arrived.length
      expect(before).to.be.at.least(5)
      await askAndDeliver(portal.visitor())
      await askAndDeliver(portal.visitor())
      await askAndDeliver(portal.visitor())
      expect(arrived.length - before).to.equal(2)
    })

    it('makes one recovery of a letter about paused sign-in, however often it is tried', async () => {
      const mia = await portal.within('harbour', (tx) =>
        accountNamed(tx, { kind: 'username', canonical: 'mia' }),
      )
      await portal.within('harbour', (tx) =>
        enqueue(tx, systemRandom, {
          name: 'sign-in-paused',
          to: MIA,
          locale: 'en',
          data: { accountId: mia!.id },
        }),
      )
      for (let retry = 1; retry <= 4; retry += 1) {
        await portal.deliver()
        portal.clock.pass(MINUTE)
      }
      expect(new Set(arrived.map(linkIn)).size).to.equal(4)
      expect(await portal.within('harbour', (tx) => tx.rows('recovery_attempts'))).to.have.length(1)
    })

    it('gets no more links once the person has a new password by the first', async () => {
      await askAndDeliver(portal.visitor())
      const mia = portal.visitor()
      await followLink(mia, linkIn(arrived[0]))
      answers = true
      portal.clock.pass(MINUTE)
      await portal.deliver()
      expect(arrived.filter(({ text }) => text.includes('/recover/link'))).to.have.length(1)
    })
  })

  describe('an invitation by the operator', () => {
    beforeEach(async () => {
      portal = await openPortal()
      await portal.within('harbour', async (tx) => {
        const owner = await accountNamed(tx, { kind: 'username', canonical: 'olivia' })
        await invite(portal.app.parts, tx, await currentSettings(tx), { ...owner!, email: owner!.email! })
      })
      await portal.deliver()
    })

    it('works for a day, whatever the organization’s links live', async () => {
      portal.clock.pass(DAY - MINUTE)
      expect(await statusOf(portal.mailbox[0])).to.equal(200)
      portal.clock.pass(2 * MINUTE)
      expect(await statusOf(portal.mailbox[0])).to.equal(410)
    })

    it('is answered with a fresh link when it has run out', async () => {
      portal.clock.pass(DAY + MINUTE)
      const olivia = portal.visitor()
      await olivia.open(linkIn(portal.mailbox[0]))
      await olivia.press('Send a fresh link')
      await portal.deliver()
      expect(await statusOf(portal.mailbox[1])).to.equal(200)
    })
  })

  it('sends one fresh mail outside the limits to who holds an expired link, and only one', async () => {
    portal = await openPortal()
    await mailsAfterAsking(4, 6 * MINUTE)
    const refreshed = []
    for (let press = 1; press <= 2; press += 1) {
      const mia = portal.visitor()
      await mia.open(linkIn(portal.mailbox[0]))
      await mia.press('Send a fresh link')
      await portal.deliver()
      refreshed.push(portal.mailbox.length - 3)
    }
    expect(refreshed).to.deep.equal([1, 1])
  })

  /** Strangers, each from a place of their own, ask for Mia's link one after another. Returns how many mails went out. */
  async function mailsAfterAsking(times: number, pauseAfterEach = 0): Promise<number> {
    const before = portal.mailbox.length
    for (let count = 1; count <= times; count += 1) {
      await askAndDeliver(portal.visitor())
      portal.clock.pass(pauseAfterEach)
    }
    return portal.mailbox.length - before
  }

  async function askAndDeliver(visitor: Visitor): Promise<void> {
    await askForLink(visitor, MIA)
    await portal.deliver()
  }

  async function statusOf(email: Email | undefined): Promise<number> {
    return (await portal.visitor().open(linkIn(email))).status
  }

  async function reasonsWithheld(): Promise<unknown[]> {
    return portal.within('harbour', async (tx) => {
      const rows = await tx
        .rows<{ organization_id: string; kind: string; detail: { reason: unknown } }>('audit_events')
        .where('kind', 'recovery.message-withheld')
      return rows.map(({ detail }) => detail.reason)
    })
  }
})
