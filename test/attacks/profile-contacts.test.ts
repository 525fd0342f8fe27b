import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { HOUR, SECOND } from '../../src/platform/clock.ts'
import { newToken, systemRandom } from '../../src/platform/random.ts'
import {
  askForEmail,
  changeEmail,
  confirmEmail,
  getConfirmation,
  getPhoneCode,
  NEW_PHONE,
  PROFILE,
} from '../support/contacts.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  accountOf,
  askForLink,
  changeAccount,
  createPassword,
  followLink,
  getLink,
  getVerification,
  RINA,
  signIn,
  signUp,
} from '../support/steps.ts'
import { mailsTo, rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const NEW = 'mia@new.example'

describe('attacks: on a new address', () => {
  let portal: Portal
  let mia: Visitor
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    adam = portal.visitor()
  })
  afterEach(() => portal.close())

  it('EN-09: an address that is another account’s is answered as a free one, also when it is asked for again', async () => {
    await signIn(mia, 'mia')
    await signIn(adam, 'adam')
    const answers = []
    for (const [visitor, email] of [
      [mia, 'olivia@harbour.example'],
      [adam, 'oliver@harbour.example'],
    ] as const) {
      const neutral = (text: string) =>
        text
          .replaceAll(email, 'EMAIL')
          .replaceAll(/(mia|adam)@harbour|Mia Tanaka|Adam Wirawan|555 011\d/g, 'PERSON')
      const pages = [await askForEmail(visitor, email)]
      await portal.deliver()
      pages.push(await visitor.open(`/harbour${PROFILE}`), await visitor.press('Send it again'))
      portal.clock.pass(30 * SECOND)
      pages.push(await visitor.press('Send it again'))
      await portal.deliver()
      pages.push(await visitor.open(`/harbour${PROFILE}`), await askForEmail(visitor, email))
      answers.push(pages.map((page) => [page.status, page.address, neutral(page.text)]))
    }
    expect(answers[0]).to.deep.equal(answers[1])
    const told = mailsTo(portal, 'olivia@harbour.example')
    expect(told.map(({ subject }) => subject)).to.deep.equal(
      Array<string>(2).fill('You already have an account at Harbour Cloud'),
    )
    expect(told[0]?.text).to.contain('This address already has an account there')
    expect(told[0]?.text).not.to.contain('confirm-email')
  })

  it('EN-09: nobody’s mailbox is filled by it: three mails an hour, five addresses a day', async () => {
    await signIn(mia, 'mia')
    await signIn(adam, 'adam')
    for (const visitor of [mia, adam]) {
      for (const wait of [0, 30, 60, 120]) {
        portal.clock.pass(wait * SECOND)
        if (wait === 0) await askForEmail(visitor, 'victim@new.example')
        else await visitor.press('Send it again')
        await portal.deliver()
      }
    }
    expect(mailsTo(portal, 'victim@new.example')).to.have.length(3)
    const statuses = []
    for (let address = 2; address <= 6; address += 1)
      statuses.push((await askForEmail(mia, `victim${address}@new.example`)).status)
    expect(statuses).to.deep.equal([200, 200, 200, 200, 429])
  })

  it('EN-09: one member does not use up the mail that a mailbox needs to sign up', async () => {
    await signIn(mia, 'mia')
    await askForEmail(mia, RINA.email)
    await portal.deliver()
    for (const wait of [30, 60]) {
      portal.clock.pass(wait * SECOND)
      await mia.press('Send it again')
      await portal.deliver()
    }
    await signUp(portal.visitor())
    await portal.deliver()
    const mails = mailsTo(portal, RINA.email)
    expect(mails.filter(({ text }) => text.includes('/verify-email?'))).to.have.length(1)
  })

  it('TK-25: the link of a new address changes nothing when it is opened, however often', async () => {
    await signIn(mia, 'mia')
    const link = await getConfirmation(portal, mia, NEW)
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => portal.visitor().send(index % 2 ? 'HEAD' : 'GET', link)),
    )
    expect((await accountOf(portal, 'mia'))?.email).to.equal('mia@harbour.example')
    expect((await confirmEmail(portal.visitor(), link)).heading).to.equal('Your email address is confirmed')
  })

  it('TK-25: it counts once, for its address and its account, and for no other purpose or organization', async () => {
    await signIn(mia, 'mia')
    const link = new URL(await getConfirmation(portal, mia, NEW))
    const token = link.searchParams.get('token') ?? ''
    const signUp = new URL(await getVerification(portal, portal.visitor()))
    const reset = new URL(await getLink(portal, portal.visitor()))
    for (const path of [
      `/harbour/verify-email?token=${token}`,
      `/harbour/recover/link?token=${token}`,
      `/harbour/recover/not-me?token=${token}`,
      `/acme${PROFILE}/confirm-email?token=${token}`,
      `/harbour${PROFILE}/confirm-email?token=${newToken(systemRandom)}`,
      `/harbour${PROFILE}/confirm-email?token=${token}&token=${token}`,
      ...[signUp, reset].map(({ search }) => `/harbour${PROFILE}/confirm-email${search}`),
    ])
      expect((await portal.visitor().open(path)).status, path).to.equal(404)

    await signIn(adam, 'adam')
    await adam.open(link.href)
    const fields = { email: 'adam@new.example', account: (await accountOf(portal, 'adam'))?.id ?? '' }
    await adam.press('Confirm this address', fields)
    expect([(await accountOf(portal, 'mia'))?.email, (await accountOf(portal, 'adam'))?.email]).to.deep.equal(
      [NEW, 'adam@harbour.example'],
    )
    expect((await confirmEmail(adam, link.href)).heading, 'once more').to.equal(
      'Your email address is confirmed',
    )
    expect(await rowsOf(portal, 'harbour', 'mia', 'account_changes')).to.have.length(1)
  })

  it('TK-25: it dies with a reset of the password, a suspension, and another change of the account', async () => {
    await signIn(mia, 'mia')
    const link = await getConfirmation(portal, mia, NEW)
    await changeAccount(portal, 'harbour', 'mia', { state: 'suspended' })
    expect((await confirmEmail(portal.visitor(), link)).heading).to.equal('Your account has changed')
    await changeAccount(portal, 'harbour', 'mia', { state: 'active' })
    const recovering = portal.visitor()
    await followLink(recovering, await getLink(portal, recovering))
    await createPassword(recovering)
    const dead = await confirmEmail(portal.visitor(), link)
    expect([dead.status, dead.heading]).to.deep.equal([410, 'Your account has changed'])
    expect((await accountOf(portal, 'mia'))?.email).to.equal('mia@harbour.example')
  })

  it('TK-10: a reset link that was out dies when the address is changed', async () => {
    const thief = portal.visitor()
    const reset = await getLink(portal, thief)
    await signIn(mia, 'mia')
    await changeEmail(portal, mia, NEW)
    expect((await followLink(thief, reset)).heading).to.equal('Your account has changed')
  })

  it('TK-21: neither its token nor the code of a number rests anywhere', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    const link = new URL(await getConfirmation(portal, mia, NEW, 'acme'))
    const code = await getPhoneCode(portal, mia)
    const dumped = await dumpEverything(portal)
    expect(dumped).to.contain(NEW)
    for (const secret of [link.searchParams.get('token'), code]) expect(dumped).not.to.contain(secret)
  })

  it('TK-03: 20 parallel presses, from several browsers, change the address once', async () => {
    await signIn(mia, 'mia')
    const link = await getConfirmation(portal, mia, NEW)
    const browsers = Array.from({ length: 4 }, () => portal.visitor())
    for (const browser of browsers) await browser.open(link)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => browsers[index % 4]!.submit('Confirm this address', {})),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([303]))
    expect(await rowsOf(portal, 'harbour', 'mia', 'account_changes')).to.have.length(1)
    await portal.deliver()
    expect(mailsTo(portal, NEW, 'reaches you was changed')).to.have.length(1)
  })

  it('CS-08: of two accounts that confirm one address at once, one has it and the other is told', async () => {
    await signIn(mia, 'mia')
    await signIn(adam, 'adam')
    const links = []
    for (const visitor of [mia, adam]) links.push(await getConfirmation(portal, visitor, 'one@new.example'))
    await Promise.all([mia.open(links[0]!), adam.open(links[1]!)])
    const answers = await Promise.all([mia, adam].map((visitor) => visitor.press('Confirm this address')))
    expect(answers.map(({ heading }) => heading)).to.have.members([
      'Your email address is confirmed',
      'This address has an account already',
    ])
    expect(answers.map(({ status }) => status)).to.have.members([200, 410])
  })

  it('CS-08: sent twice at once, or from two tabs, one address and one number wait, and one message goes out', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await mia.open(`/acme${PROFILE}/email`)
    await Promise.all(
      Array.from({ length: 8 }, () =>
        mia.submit('Send the message', { email: NEW, currentPassword: DEMO_PASSWORD }),
      ),
    )
    await mia.open(`/acme${PROFILE}/phone`)
    await Promise.all(
      Array.from({ length: 8 }, () =>
        mia.submit('Send the code', { phone: NEW_PHONE, currentPassword: DEMO_PASSWORD }),
      ),
    )
    await portal.deliver()
    expect([mailsTo(portal, NEW).length, portal.texts.length]).to.deep.equal([1, 1])
    expect(await rowsOf(portal, 'acme', 'mia', 'pending_contacts')).to.have.length(2)
  })

  it('SE-10: without the password, however fresh the session, neither address nor number is changed or removed', async () => {
    await signIn(mia, 'mia', DEMO_PASSWORD, 'acme')
    await mia.open(`/acme${PROFILE}/email`)
    const { csrf } = mia
    for (const [path, fields] of [
      ['email', { email: NEW }],
      ['phone', { phone: NEW_PHONE }],
      ['remove-email', {}],
      ['remove-phone', {}],
    ] as const)
      expect((await mia.send('POST', `/acme${PROFILE}/${path}`, { csrf, ...fields })).status, path).to.equal(
        422,
      )
    const { email, phone } = (await accountOf(portal, 'mia', 'acme')) ?? {}
    expect([email, phone]).to.deep.equal(['mia@acme.example', '+12125550113'])
    expect(await rowsOf(portal, 'acme', 'mia', 'pending_contacts')).to.deep.equal([])
  })

  it('SE-10: taken away and given anew, an address is still no way back before 72 hours', async () => {
    const thief = portal.visitor()
    await signIn(thief, 'mia', DEMO_PASSWORD, 'acme')
    await thief.open(`/acme${PROFILE}/remove-email`)
    await thief.press('Remove it', { currentPassword: DEMO_PASSWORD })
    await changeEmail(portal, thief, 'thief@elsewhere.example', 'acme')
    portal.clock.pass(72 * HOUR - SECOND)
    await askForLink(thief, 'mia', 'acme')
    await portal.deliver()
    const links = () => portal.mailbox.filter(({ text }) => text.includes('/recover/link'))
    expect(links()).to.deep.equal([])
    portal.clock.pass(SECOND)
    await askForLink(thief, 'mia', 'acme')
    await portal.deliver()
    expect(links(), 'from then on it is').to.have.length(1)
  })

  it('SE-09: an address that a session asked for dies with it when it is ended from elsewhere, and not by its own sign-out', async () => {
    const other = portal.visitor()
    await signIn(mia, 'mia')
    for (const end of ['one', 'others']) {
      await signIn(other, 'mia')
      const link = await getConfirmation(portal, other, `${end}@elsewhere.example`)
      await mia.open('/harbour/account/sessions')
      const [listed] = mia.page.root.querySelectorAll('input[name=end]')
      await mia.press('Sign it out', { end: end === 'one' ? (listed?.getAttribute('value') ?? '') : end })
      expect((await other.send('GET', '/harbour/account')).status, end).to.equal(303)
      expect((await confirmEmail(portal.visitor(), link)).heading, end).to.equal('This was cancelled')
    }
    await signIn(other, 'mia')
    const own = await getConfirmation(portal, mia, NEW)
    await mia.open('/harbour/account/sessions')
    await mia.press('Sign it out', { end: 'others' })
    await mia.press('Sign out')
    expect((await confirmEmail(portal.visitor(), own)).heading).to.equal('Your email address is confirmed')
  })

  it('TK-26: nothing of a link that was never sent is told, and guesses are counted', async () => {
    const guesser = portal.visitor()
    const statuses = []
    for (let guess = 0; guess <= 20; guess += 1)
      statuses.push(
        (await guesser.open(`/harbour${PROFILE}/confirm-email?token=${newToken(systemRandom)}`)).status,
      )
    expect(statuses).to.deep.equal([...Array<number>(20).fill(404), 429])
  })
})
