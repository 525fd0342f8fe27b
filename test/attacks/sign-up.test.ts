import { expect } from 'chai'
import { passwordOf } from '../../src/credentials/store.ts'
import { DAY, HOUR, SECOND } from '../../src/platform/clock.ts'
import { newToken, systemRandom } from '../../src/platform/random.ts'
import { dumpEverything } from './dump.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { linkIn, openPortal, verificationIn, type Portal } from '../support/portal.ts'
import {
  accountOf,
  askForCode,
  createPassword,
  followLink,
  getLink,
  getVerification,
  NEW_PASSWORD,
  RINA,
  RINAS_PASSWORD,
  signIn,
  signUp,
  verify,
} from '../support/steps.ts'
import type { Page } from '../support/visitor.ts'

const STRANGERS = {
  fullName: 'Buy at evil.example',
  password: 'Stranger-Kettle-9?',
  phone: '+62 811-1111-1111',
}

describe('attacks: signing up', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  const rinasAccount = (slug?: string) => accountOf(portal, RINA.email, slug)

  it('EN-05: an address with an account is answered like any other, in pages, headers, cookies, time and at sign-in', async () => {
    const statements: string[] = []
    portal.app.parts.database.pool.on('query', ({ sql }: { sql: string }) => void statements.push(sql))
    const { hasher } = portal.app.parts
    const [hash, check] = [hasher.hash.bind(hasher), hasher.verify.bind(hasher)]
    let hashed = 0
    hasher.hash = (password) => hash(password).finally(() => (hashed += 1))
    hasher.verify = (...all) => check(...all).finally(() => (hashed += 1))
    const walks = []
    for (const email of ['mia@harbour.example', 'rina@harbour.example', 'adam@harbour.example']) {
      const began = portal.clock.now()
      const visitor = portal.visitor()
      const pages: Page[] = [await visitor.open('/harbour/sign-up')]
      statements.length = hashed = 0
      pages.push(
        await visitor.submit('Sign Up', { ...RINA, email }),
        await visitor.open('/harbour/sign-up/sent'),
      )
      const costs = [[...statements], hashed]
      await portal.deliver()
      // What the owner of the mailbox does with the mail must not show either.
      const link = portal.mailbox.at(-1)
      if (link?.text.includes('/verify-email?')) {
        const owner = portal.visitor()
        await owner.open(verificationIn(link))
        await owner.press('I did not sign up')
      }
      statements.length = hashed = 0
      pages.push(await visitor.open('/harbour/sign-up/sent'))
      await visitor.open('/harbour/sign-in')
      pages.push(await visitor.submit('Sign in', { identifier: email, password: RINAS_PASSWORD }))
      pages.push(await visitor.open('/harbour/sign-up/sent'))
      portal.clock.pass(30 * SECOND)
      pages.push(await visitor.press('Send it again'))
      portal.clock.pass(6 * DAY)
      pages.push(await visitor.open('/harbour/sign-up/sent'))
      portal.clock.pass(7 * DAY - (portal.clock.now().getTime() - began.getTime()))
      pages.push(await visitor.open('/harbour/sign-up/sent'))
      // The page says back what was typed, and nothing else may differ.
      const seen = JSON.stringify(pages.map(fingerprint)).replaceAll(email, '*')
      walks.push({ seen, costs, later: [statements.map(withoutLists), hashed] })
    }
    expect(walks[0]?.costs[0]).to.have.length.above(10)
    for (const walk of walks.slice(1)) expect(walk).to.deep.equal(walks[0])
    const told = portal.mailbox.filter(({ to }) => to === 'mia@harbour.example').map(({ subject }) => subject)
    expect(told[0]).to.equal('You already have an account at Harbour Cloud')
  })

  it('EN-05: who has an account gets a letter with the way in and out, and stays as they were', async () => {
    await signUp(portal.visitor(), { email: 'Mia@Harbour.example', ...STRANGERS })
    await portal.deliver()
    const [mail, ...others] = portal.mailbox
    expect(others).to.have.length(0)
    expect(mail?.text).to.contain('/harbour/sign-in').and.to.contain('/harbour/recover')
    expect(mail?.text).not.to.contain('evil')
    const page = await signIn(portal.visitor(), 'mia@harbour.example', STRANGERS.password)
    expect(page.address).not.to.equal('/harbour/account')
    expect((await accountOf(portal, 'mia@harbour.example'))?.fullName).to.equal('Mia Tanaka')
  })

  it('TK-25: a link opens the account once, of its own address, by its button only', async () => {
    const rina = portal.visitor()
    const link = await getVerification(portal, rina)
    for (const method of ['GET', 'HEAD', 'GET'])
      expect((await portal.visitor().send(method, link)).status).to.equal(200)
    expect(await rinasAccount()).to.equal(null)
    await rina.open(`${link}&email=mia@harbour.example`)
    const page = await rina.press('Verify Your Email Address', { email: 'mia@harbour.example' })
    expect(page.heading).to.equal('Verification successful.')
    expect((await rinasAccount())?.emailVerifiedAt).not.to.equal(null)
    const again = await rina.send('POST', link, { csrf: rina.csrf || (await csrfOf(rina)), action: 'verify' })
    expect(again.status).to.equal(410)
    const elsewhere = await portal.visitor().open(link.replace('/harbour/', '/acme/'))
    expect(elsewhere.status, 'of another organization').to.equal(404)
  })

  it('TK-25: nobody signs in before, whoever they say they are, and no session is opened', async () => {
    const rina = portal.visitor()
    await getVerification(portal, rina)
    for (const [identifier, password] of [
      [RINA.email, RINAS_PASSWORD],
      [RINA.email, 'Wrong-Kettle-77?'],
    ] as const) {
      await signIn(rina, identifier, password)
      expect([...rina.cookies.keys()].filter((name) => name.includes('session'))).to.deep.equal([])
    }
    expect(await rinasAccount()).to.equal(null)
  })

  it('TK-25: recovering an unproven address proves it, and drops the name, phone and password that came with the sign-up', async () => {
    const stranger = portal.visitor()
    const strangersLink = await getVerification(portal, stranger, STRANGERS)
    const rina = portal.visitor()
    const link = await getLink(portal, rina, RINA.email)
    expect(portal.mailbox.at(-1)?.to).to.equal(RINA.email)
    await rina.open(link)
    expect(await rinasAccount(), 'opening it makes nothing').to.equal(null)
    await rina.press('Continue')
    const made = await rinasAccount()
    expect(made).to.include({ fullName: RINA.email, phone: null, role: 'member' })
    expect(await portal.within('harbour', (tx) => passwordOf(tx, made?.id ?? ''))).to.equal(null)
    const done = await createPassword(rina, NEW_PASSWORD, { terms: 'accepted' })
    expect(done.heading).to.equal('Your password is changed')
    expect((await signIn(rina, RINA.email, NEW_PASSWORD)).address).to.equal('/harbour/account')

    const late = await verify410(stranger, strangersLink)
    expect(late.heading).to.equal('There is an account with this address')
    expect((await signIn(stranger, RINA.email, STRANGERS.password)).address).not.to.equal('/harbour/account')
    expect((await rinasAccount())?.fullName).to.equal(RINA.email)
  })

  it('TK-25: a code that is asked for by an unproven address comes as a link to it, never as a text to its phone', async () => {
    await signUp(portal.visitor(), {}, 'acme')
    await portal.deliver()
    await askForCode(portal, portal.visitor(), RINA.email, 'acme')
    expect(portal.texts).to.have.length(0)
    const rina = portal.visitor()
    await followLink(rina, linkIn(portal.mailbox.at(-1)))
    await createPassword(rina, NEW_PASSWORD, { terms: 'accepted' })
    expect((await signIn(rina, RINA.email, NEW_PASSWORD, 'acme')).address).to.equal('/acme/account')
  })

  it('TK-25: a link that ran out opens nothing; who holds it gets a fresh one by one press', async () => {
    const rina = portal.visitor()
    const link = await getVerification(portal, rina)
    portal.clock.pass(24 * HOUR)
    await rina.open(link)
    expect([rina.page.status, rina.page.heading]).to.deep.equal([410, 'This link has expired'])
    const forced = await rina.send('POST', link, { csrf: rina.csrf, action: 'verify' })
    expect(forced.status).to.equal(410)
    await rina.open(link)
    await rina.press('Send a fresh link')
    await portal.deliver()
    await verify(rina, verificationIn(portal.mailbox.at(-1)))
    expect(rina.page.heading).to.equal('Verification successful.')
  })

  it('TK-12: the link of a sign-up is nothing to recovery, nor a recovery’s link to sign-up', async () => {
    const link = await getVerification(portal, portal.visitor())
    const other = await getLink(portal, portal.visitor())
    const [token, foreign] = [link, other].map((one) => new URL(one).searchParams.get('token') ?? '')
    for (const path of ['recover/link', 'recover/not-me'])
      expect((await portal.visitor().open(`/harbour/${path}?token=${token}`)).status, path).to.equal(404)
    expect((await portal.visitor().open(`/harbour/verify-email?token=${foreign}`)).status).to.equal(404)
    const visitor = portal.visitor()
    await visitor.open('/harbour/sign-in')
    for (const action of ['verify', 'disown', 'fresh']) {
      const path = `/harbour/verify-email?token=${foreign}`
      const answer = await visitor.send('POST', path, { csrf: visitor.csrf, action })
      expect([404, 303], action).to.include(answer.status)
    }
    await portal.deliver()
    expect(portal.mailbox, 'no mail for a foreign link').to.have.length(2)
  })

  it('TK-26: wrong links are counted by the address that they come from', async () => {
    const guesser = portal.visitor()
    const statuses = []
    for (let guess = 1; guess <= 21; guess += 1)
      statuses.push(
        (await guesser.send('GET', `/harbour/verify-email?token=${newToken(systemRandom)}`)).status,
      )
    expect(statuses).to.deep.equal([...Array<number>(20).fill(404), 429])
  })

  it('TK-21, AL-01: no link, cookie or password of a sign-up rests in the database or the log', async () => {
    const rina = portal.visitor()
    const link = await getVerification(portal, rina)
    await signIn(rina, RINA.email, RINAS_PASSWORD)
    await rina.open(link)
    await rina.press('Verify Your Email Address')
    const secrets = [new URL(link).searchParams.get('token') ?? '', RINAS_PASSWORD, ...rina.cookies.values()]
    const everything = (await dumpEverything(portal)) + portal.logged.join('\n')
    for (const secret of secrets) expect(everything.includes(secret), secret).to.equal(false)
    expect(portal.logged.join('\n')).not.to.contain('lintas.example')
  })

  it('TI-03: a role, a state, an organization or a proven address sent along have no effect', async () => {
    const visitor = portal.visitor()
    const link = await getVerification(portal, visitor, {
      role: 'owner',
      state: 'active',
      email_verified: 'true',
      emailVerifiedAt: '2020-01-01',
      phoneVerifiedAt: '2020-01-01',
      username: 'root',
      id: '0198d000-0000-7000-8000-00000000de05',
      organization_id: '0198d000-0000-7000-8000-00000000de05',
      securityEpoch: '9',
    } as object)
    expect(await rinasAccount()).to.equal(null)
    await verify(visitor, link)
    expect(await rinasAccount()).to.include({
      role: 'member',
      username: null,
      phoneVerifiedAt: null,
      securityEpoch: 0,
    })
    expect(await rinasAccount('acme')).to.equal(null)
  })

  it('SF-07: no text is sent at sign-up, nor to its number afterwards, before it is confirmed', async () => {
    const rina = portal.visitor()
    const phone = '+12125550150'
    await verify(rina, await getVerification(portal, rina, { phone }, 'acme'))
    portal.clock.pass(4 * DAY)
    await askForCode(portal, portal.visitor(), RINA.email, 'acme')
    expect(portal.texts).to.have.length(0)
    expect((await rinasAccount('acme'))?.phone).to.equal(phone)
  })
})

async function csrfOf(visitor: ReturnType<Portal['visitor']>): Promise<string> {
  await visitor.open('/harbour/sign-in')
  return visitor.csrf
}

async function verify410(visitor: ReturnType<Portal['visitor']>, link: string): Promise<Page> {
  const page = await visitor.open(link)
  expect(page.status).to.equal(410)
  return page
}

/** Lists of values are as long as what they are asked with. */
function withoutLists(sql: string): string {
  return sql.replace(/\((\?|\$\d+)(, (\?|\$\d+))*\)/g, '(…)')
}
