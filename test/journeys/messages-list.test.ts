import { expect } from 'chai'
import { enqueue } from '../../src/delivery/outbox.ts'
import { takeReport } from '../../src/delivery/reports.ts'
import { DAY, HOUR, SECOND } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { askForCode, askForLink, changeAccount, codeIn, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const MESSAGES = '/acme/manage/messages'
const entries = (page: Page) =>
  page.root.querySelectorAll('.entry').map(({ text }) => text.replace(/\s+/g, ' ').trim())

describe('an administrator sees what became of the messages', () => {
  let portal: Portal
  let adam: Visitor
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    adam = portal.visitor()
    mia = portal.visitor()
    await signIn(adam, 'adam', undefined, 'acme')
  })
  afterEach(() => portal.close())

  it('tells how long a message took beside how long its link works, to whom, and nothing of what it says', async () => {
    await askForLink(mia, 'mia@acme.example', 'acme')
    expect(entries(await adam.open(MESSAGES))[0]).to.contain('Waiting')
    portal.clock.pass(3 * SECOND)
    await portal.deliver()
    const page = await adam.open(MESSAGES)
    expect(entries(page)[0])
      .to.contain('Link to reset the password')
      .and.to.contain('Mia')
      .and.to.contain('Left after 3 seconds · what is in it works for 5 minutes')
      .and.to.contain('Sent')
    const token = new URL(linkIn(portal.mailbox.at(-1))).searchParams.get('token') ?? 'none'
    expect(page.body).to.not.contain(token)
    expect(page.body).to.not.contain(portal.mailbox.at(-1)?.subject)
  })

  it('tells when a text arrived, by its provider’s report, and how many of the day are spent', async () => {
    await askForCode(portal, mia, 'mia', 'acme')
    portal.clock.pass(3 * SECOND)
    await portal.deliver()
    const id = await newestMessage()
    portal.clock.pass(6 * SECOND)
    await portal.within('acme', (tx) =>
      takeReport(tx, portal.app.parts.onLost, { messageId: id, providerId: 'SM1', outcome: 'delivered' }),
    )
    const page = await adam.open(MESSAGES)
    expect(entries(page)[0])
      .to.contain('Left after 0 seconds · delivered after 9 seconds')
      .and.to.contain('Delivered')
    expect(page.text).to.contain('1 of 200 texts of the day are spent.')
    expect(page.body).to.not.contain(codeIn(portal.texts.at(-1)))
    portal.clock.pass(DAY)
    await signIn(adam, 'adam', undefined, 'acme')
    expect((await adam.open(MESSAGES)).text).to.contain('0 of 200')
  })

  it('says in words why a message did not leave, and shows only what was chosen', async () => {
    await askForLink(mia, 'nobody@acme.example', 'acme')
    await portal.deliver()
    expect(entries(await adam.open(MESSAGES))[0])
      .to.contain('Not sent')
      .and.to.contain('There was nobody to send it to')
    expect(entries(await adam.open(`${MESSAGES}?state=sent`))).to.deep.equal([])
    expect(entries(await adam.open(`${MESSAGES}?state=dropped`))).to.have.length(1)
  })

  it('pages by key, in every state', async () => {
    await portal.within('acme', async (tx) => {
      for (let n = 0; n < 120; n += 1) {
        const to = `p${n}@acme.example`
        await enqueue(tx, systemRandom, { name: 'account-deleted', to, locale: 'en', data: {} })
      }
    })
    const seen: string[] = []
    let page = await adam.open(`${MESSAGES}?state=queued`)
    for (;;) {
      seen.push(...page.root.querySelectorAll('.entry .soft').map(({ text }) => text))
      const next = page.root.querySelector('nav.pages a[rel=next]')?.getAttribute('href')
      if (!next) break
      page = await adam.open(next)
    }
    expect(new Set(seen).size).to.equal(120)
    expect(seen).to.have.length(120)
  })

  it('sends a test to who asks for it and to nobody else, a few times an hour', async () => {
    await adam.open(MESSAGES)
    expect((await adam.press('Send myself a test mail')).text).to.contain('A test is on its way')
    await portal.deliver()
    expect(portal.mailbox.map(({ to, subject }) => [to, subject])).to.deep.equal([
      ['adam@acme.example', 'A test from Acme Works'],
    ])
    for (let n = 0; n < 4; n += 1) await adam.press('Send myself a test mail')
    const many = await adam.press('Send myself a test mail')
    expect([many.status, many.headers['retry-after']]).to.deep.equal([429, String(HOUR / SECOND)])
    await portal.deliver()
    expect(portal.mailbox).to.have.length(5)
  })

  it('offers a test text to who has a verified number, and it counts as one of the day', async () => {
    await changeAccount(portal, 'acme', 'adam', { phone_verified_at: null })
    expect((await adam.open(MESSAGES)).body).to.not.contain('test text')
    const mobile = { phone: '+6281234567890', phone_verified_at: portal.clock.now() }
    await changeAccount(portal, 'acme', 'adam', mobile)
    await adam.open(MESSAGES)
    await adam.press('Send myself a test text')
    await portal.deliver()
    expect(portal.texts.map(({ to }) => to)).to.deep.equal(['+6281234567890'])
    expect((await adam.open(MESSAGES)).text).to.contain('1 of 200 texts')
  })

  async function newestMessage(): Promise<string> {
    const row = await portal.within('acme', (tx) =>
      tx.rows<{ organization_id: string; id: string }>('messages').orderBy('id', 'desc').first(),
    )
    return row?.id ?? ''
  }
})
