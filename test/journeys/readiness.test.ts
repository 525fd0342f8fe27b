import { expect } from 'chai'
import { newAccount } from '../../src/accounts/account.ts'
import { addAccount } from '../../src/accounts/store.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { DAY, SECOND } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

interface EventRow extends TenantRow {
  kind: string
  actor_id: string | null
  detail: { people?: number }
}

/** The reasons on the page, each with the names beside it. */
function reasons({ root }: Page): string[] {
  return root
    .querySelectorAll('.whys .row')
    .map((row) => row.querySelectorAll('strong, .hint').map((part) => part.textContent.trim()))
    .map(([why, names]) => `${why} / ${names}`)
}

describe('Adam, who runs Harbour, sees who could not get back in, and asks them', () => {
  let portal: Portal
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    await changeAccount(portal, 'harbour', 'mia', { email_verified_at: null })
    adam = portal.visitor()
    await signIn(adam, 'adam')
  })
  afterEach(() => portal.close())

  const mailsTo = (address: string) => portal.mailbox.filter(({ to }) => to === address)
  /** Mails that can wait leave one a second. */
  const deliverAll = async () => {
    portal.clock.pass(10 * SECOND)
    await portal.deliver()
  }

  it('is told when he comes in, sees why and who, and finds each of them behind the reason', async () => {
    const overview = await adam.open('/harbour/manage')
    expect(overview.text).to.contain('3 of 5 people could get back in by themselves today.')
    const page = await adam.open('/harbour/manage/readiness')
    expect(page.text).to.contain('60%').and.to.contain('3 of 5 people can get back in by themselves')
    expect(reasons(page)).to.have.members([
      'Email address not verified / 1 person: Mia Tanaka',
      'No email address / 1 person: Nils Okafor',
    ])
    const list = await adam.open('/harbour/manage/readiness/email-missing')
    expect(list.root.querySelectorAll('.names li').map(({ textContent }) => textContent)).to.have.length(1)
    expect(list.text).to.contain('Nils Okafor')
    expect((await adam.open('/harbour/manage/readiness/bad-luck')).status).to.equal(404)
    expect((await adam.open('/harbour/manage/readiness/email-missing?after=1')).status).to.equal(404)
  })

  it('turns the page where many have the same reason, and comes back to the first', async () => {
    await portal.within('harbour', async (tx) => {
      for (let number = 1; number <= 55; number += 1)
        await addAccount(
          tx,
          newAccount({
            id: newId(systemRandom, tx.now),
            fullName: `Rahayu ${number}`,
            username: `rahayu-${number}`,
          }),
        )
    })
    const names = ({ root }: Page) =>
      root.querySelectorAll('.names strong').map(({ textContent }) => textContent)
    const follow = (words: string) => {
      const links = adam.page.root.querySelectorAll('main a')
      return adam.open(links.find(({ textContent }) => textContent === words)?.getAttribute('href') ?? '')
    }
    const first = await adam.open('/harbour/manage/readiness/email-missing')
    expect(first.text).to.contain('56 people.')
    const next = await follow('The next ones')
    expect(new Set([...names(first), ...names(next)]).size).to.equal(56)
    expect(names(next)).to.have.length(6)
    expect(next.text).to.not.contain('The next ones')
    expect(names(await follow('The first ones'))).to.deep.equal(names(first))
  })

  it('asks those who have an address, once a week, by a mail that opens nothing', async () => {
    await adam.open('/harbour/manage/readiness')
    const asked = await adam.press('Ask one person')
    expect(asked.text).to.contain('One person is being asked.')
    expect(asked.text).to.contain('One person was asked within the last seven days.')
    expect(asked.text).to.not.contain('Ask one person')
    await deliverAll()
    const [mail, ...more] = mailsTo('mia@harbour.example')
    expect(more).to.deep.equal([])
    expect(mail?.subject).to.equal('Please complete your account at Harbour Cloud')
    expect(mail?.text).to.contain('Your email address is not verified yet')
    expect(mail?.text, 'an address that nobody confirmed may be a stranger’s').to.not.contain('Mia')
    expect(mail?.text.match(/http\S+/g)).to.deep.equal([`${portal.url}/harbour/account`])
    expect((await portal.visitor().open('/harbour/account')).address).to.equal('/harbour/sign-in')

    const list = await adam.open('/harbour/manage/readiness/email-unverified')
    expect(list.text).to.contain('Asked on Mar 2, 2026')
    portal.clock.pass(7 * DAY)
    await signIn(adam, 'adam')
    await adam.open('/harbour/manage/readiness')
    await adam.press('Ask one person')
    await deliverAll()
    expect(mailsTo('mia@harbour.example')).to.have.length(2)
    const events = await portal.within('harbour', (tx) =>
      tx.rows<EventRow>('audit_events').where('kind', 'people.asked-to-add-ways'),
    )
    expect(events.map(({ detail }) => detail.people)).to.deep.equal([1, 1])
    expect(events.every(({ actor_id }) => actor_id !== null)).to.equal(true)
  })

  it('asks in the language of each, by name where the address is theirs for certain', async () => {
    await portal.change('harbour', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, methods: ['sms-code'] },
      sms: { ...settings.sms, countries: ['US'] },
    }))
    await changeAccount(portal, 'harbour', 'noah', { phone: null, phone_verified_at: null })
    await portal.within('harbour', (tx) =>
      tx
        .rows<TenantRow & { username: string; locale: string }>('accounts')
        .where('username', 'noah')
        .update({ locale: 'id' }),
    )
    await adam.open('/harbour/manage/readiness')
    await adam.submit(adam.page.root.querySelector('main form button')?.textContent.trim() ?? '')
    await deliverAll()
    const [mail] = mailsTo('noah@harbour.example')
    expect(mail?.text).to.contain('Noah').and.to.contain('Belum ada nomor ponsel di akun Anda')
  })

  it('writes nothing to who has added what was missing before the mail left', async () => {
    await adam.open('/harbour/manage/readiness')
    await adam.press('Ask one person')
    await changeAccount(portal, 'harbour', 'mia', { email_verified_at: portal.clock.now() })
    await deliverAll()
    expect(mailsTo('mia@harbour.example')).to.deep.equal([])
  })

  it('of two who press at once, nobody is asked twice', async () => {
    const olivia = portal.visitor()
    await signIn(olivia, 'olivia')
    for (const who of [adam, olivia]) await who.open('/harbour/manage/readiness')
    const form = (who: Visitor) => ({ csrf: who.csrf })
    const answers = await Promise.all(
      [adam, olivia].map((who) => who.send('POST', '/harbour/manage/readiness', form(who))),
    )
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303])
    await deliverAll()
    expect(mailsTo('mia@harbour.example')).to.have.length(1)
  })

  it('is told to wait after the tenth time in a day, and keeps the page', async () => {
    await adam.open('/harbour/manage/readiness')
    const press = () => adam.send('POST', '/harbour/manage/readiness', { csrf: adam.csrf })
    for (let presses = 0; presses < 10; presses += 1) expect((await press()).status).to.equal(303)
    const next = await press()
    expect(next.status).to.equal(429)
    expect(next.body).to.contain('3 of 5 people')
    await deliverAll()
    expect(mailsTo('mia@harbour.example'), 'the others asked nobody').to.have.length(1)
  })
})

describe('Olivia, who owns Acme, sees before she saves who could not get back in any more', () => {
  let portal: Portal
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    olivia = portal.visitor()
    await signIn(olivia, 'olivia', undefined, 'acme')
  })
  afterEach(() => portal.close())

  async function proposeSmsAlone(): Promise<Page> {
    await olivia.open('/acme/manage/recovery')
    const form: Record<string, string> = {}
    for (const input of olivia.page.root.querySelectorAll('main input')) {
      const name = input.getAttribute('name') ?? ''
      const isChosen =
        !['radio', 'checkbox'].includes(input.getAttribute('type') ?? '') || input.hasAttribute('checked')
      if (isChosen && name !== 'method-email-link') form[name] = input.getAttribute('value') ?? ''
    }
    const answer = await olivia.send('POST', '/acme/manage/recovery', form)
    return olivia.open(answer.location ?? '')
  }

  it('by name and reason, against how it is today', async () => {
    await changeAccount(portal, 'acme', 'mia', { phone_verified_at: null })
    const { text } = await proposeSmsAlone()
    expect(text).to.contain('4 of 5 people can get back in by themselves today.')
    expect(text).to.contain('1 of 5 has no verified mobile number, and could not get back in any more.')
    expect(text).to.contain('Mia Tanaka')
  })

  it('and who runs the organization only where a code would not be enough for them', async () => {
    const { text } = await proposeSmsAlone()
    expect(text).to.contain('2 of 5 run the organization and would have a code by SMS alone')
    expect(text).to.contain('Olivia').and.to.contain('Adam')
  })
})
