import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { newAccount } from '../../src/accounts/account.ts'
import { addAccount } from '../../src/accounts/store.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { nobodyAsking, startAttempt } from '../../src/recovery/start.ts'
import { currentSettings } from '../../src/organizations/store.ts'
import { allowing, linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  askForLink,
  canSignIn,
  codeIn,
  createPassword,
  followLink,
  NEW_PASSWORD,
  signIn,
  wrongSmsCode,
} from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const HERE = '/summit/recover/code'

/** So many texts to one number that nothing but the tries of a day holds any back. */
const MANY_TEXTS = {
  'sms-per-number-first-pause': 100,
  'sms-per-number-second-pause': 100,
  'sms-per-number-third-pause': 100,
  'sms-per-number-hour': 100,
  'sms-per-number-day': 100,
  'sms-per-prefix-hour': 1000,
} as const

/** One network of 2^64 addresses, in as many spellings as there are. */
const ONE_NETWORK = [
  '2001:db8:7:1::1',
  '2001:DB8:7:1::2',
  '2001:0db8:0007:0001:0000:0000:0000:0003',
  '2001:db8:7:1:ffff:ffff:ffff:ffff',
  '2001:db8:7:1::192.0.2.7',
  '2001:db8:7:1:0:0:0:6',
]

/** An address, as itself and mapped into IPv6. */
const ONE_ADDRESS = ['203.0.113.9', '::ffff:203.0.113.9', '::FFFF:CB00:7109', '0:0:0:0:0:ffff:cb00:7109']

describe('attacks: many codes, many guesses, many addresses', () => {
  let portal: Portal
  const open = async (limits: Parameters<typeof allowing>[0] = {}, lanes?: { lanes: 'own' }) => {
    portal = await openPortal({ config: allowing(limits), ...lanes })
  }
  afterEach(() => portal.close())

  const ask = (visitor: Visitor, identifier = 'mia') => askForCode(portal, visitor, identifier, 'summit')
  const type = (visitor: Visitor, code: string) =>
    visitor.send('POST', HERE, { csrf: visitor.csrf, action: 'continue', code })
  const lastCode = () => codeIn(portal.texts.at(-1))
  const guess = async (visitor: Visitor, times: number) => {
    for (let wrong = 1; wrong <= times; wrong += 1)
      expect((await type(visitor, wrongSmsCode(lastCode(), wrong))).status).to.equal(422)
  }

  it('OT-04: a new code, browser and address after every four guesses come to an end at fifteen a day', async () => {
    await open(MANY_TEXTS)
    let guesses = 0
    for (let turn = 0; turn < 10; turn += 1) {
      const before = portal.texts.length
      const stranger = portal.visitor()
      await ask(stranger)
      await guess(stranger, 4)
      guesses += 4 * (portal.texts.length - before)
      portal.clock.pass(20 * MINUTE)
    }
    expect(guesses).to.equal(12)
    portal.clock.pass(DAY)
    await ask(portal.visitor())
    expect(portal.texts).to.have.length(4)
  })

  it('OT-04: asking again in one browser gives no more guesses than asking in many', async () => {
    await open(MANY_TEXTS)
    const stranger = portal.visitor()
    await ask(stranger)
    for (let turn = 0; turn < 8; turn += 1) {
      await guess(stranger, 4)
      portal.clock.pass(2 * MINUTE)
      await stranger.press('Send a new code')
      await portal.deliver()
    }
    expect(portal.texts).to.have.length(3)
  })

  it('OT-04: requests that are open at the same time share the fifteen', async () => {
    await open(MANY_TEXTS, { lanes: 'own' })
    const strangers = Array.from({ length: 8 }, () => portal.visitor())
    for (const stranger of strangers) {
      await stranger.open('/summit/recover')
      await stranger.press('Proceed', { identifier: 'mia' })
      await stranger.press('Proceed', { method: 'sms-code' })
    }
    await Promise.all([portal.deliver(), portal.deliver(), portal.deliver(), portal.deliver()])
    expect(portal.texts).to.have.length(3)
  })

  it('a code that ran out with nothing typed takes nothing of the day', async () => {
    await open(MANY_TEXTS)
    for (let turn = 1; turn <= 5; turn += 1) {
      await ask(portal.visitor())
      expect(portal.texts).to.have.length(turn)
      portal.clock.pass(6 * MINUTE)
    }
  })

  for (const [what, addresses] of [
    ['a network of 2^64 addresses', ONE_NETWORK],
    ['one address in all its spellings', ONE_ADDRESS],
    ['one address behind addresses that it made up', ['203.0.113.9']],
  ] as const)
    it(`OT-05: ${what} has twenty guesses, of whomever, and then not even the right code is judged`, async () => {
      await open()
      const browsers: Visitor[] = []
      const guessers = ['nobody', 'noah', 'no-one', 'none', 'mia']
      for (const [index, identifier] of guessers.entries()) {
        const real = addresses[index % addresses.length]
        const browser = portal.visitor()
        browser.headers['X-Forwarded-For'] = `192.0.2.${index}, 198.51.100.${index}, ${real}`
        await ask(browser, identifier)
        browsers.push(browser)
      }
      const [mias] = browsers.slice(-1)
      const answers: Page[] = []
      for (const browser of browsers.slice(0, -1))
        for (let wrong = 1; wrong <= 5; wrong += 1)
          answers.push(await type(browser, wrongSmsCode(lastCode(), wrong)))
      expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(20).fill(422))
      const refused = await type(mias!, lastCode())
      expect([refused.status, refused.headers['retry-after']]).to.deep.equal([429, '600'])
      mias!.headers['X-Forwarded-For'] = '192.0.2.200'
      expect((await type(mias!, lastCode())).location, 'from elsewhere').to.equal('/summit/recover/password')
    })

  it('OT-05: right codes take nothing of what an address may get wrong', async () => {
    await open({ 'wrong-tokens-per-address': 1 })
    for (const identifier of ['mia', 'noah', 'adam']) {
      const visitor = portal.visitor('203.0.113.50')
      await ask(visitor, identifier)
      expect((await type(visitor, lastCode())).location).to.equal('/summit/recover/password')
    }
  })

  it('OT-18: a stranger who burns the guesses of a day closes codes for that day, and nothing else', async () => {
    await open()
    for (let turn = 0; turn < 3; turn += 1) {
      const stranger = portal.visitor()
      await ask(stranger)
      await guess(stranger, 5)
      portal.clock.pass(HOUR)
    }
    const mia = portal.visitor()
    const page = await ask(mia)
    const nobody = portal.visitor()
    expect((await ask(nobody, 'nobody')).text).to.equal(page.text)
    expect(portal.texts).to.have.length(3)
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['mia@summit.example'])
    expect(portal.mailbox[0]?.text).to.contain('could not be sent to your phone')
    expect(await canSignIn(portal, DEMO_PASSWORD, 'mia', 'summit')).to.equal(true)
    await followLink(mia, linkIn(portal.mailbox[0]))
    expect((await createPassword(mia)).address).to.equal('/summit/recover/done')
    expect((await signIn(mia, 'mia', NEW_PASSWORD, 'summit')).address).to.equal('/summit/account')
    portal.clock.pass(DAY)
    await ask(portal.visitor())
    expect(portal.texts).to.have.length(4)
  })

  it('OT-18: codes that strangers have out are no links in the mailbox: the person still gets one, asked for or instead', async () => {
    await open(MANY_TEXTS)
    for (let turn = 0; turn < 3; turn += 1) await ask(portal.visitor())
    expect(portal.texts).to.have.length(3)
    await ask(portal.visitor())
    expect(portal.mailbox.map(({ text }) => text.includes('could not be sent'))).to.deep.equal([true])
    await askForLink(portal.visitor(), 'mia', 'summit')
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(Array(2).fill('mia@summit.example'))
  })

  for (const [what, addresses] of [
    ['network of 2^64 addresses', ONE_NETWORK],
    ['address', ONE_ADDRESS],
  ] as const)
    it(`SF-04: one ${what} that names fifteen people, in one browser or many, has ten of them texted at most`, async () => {
      await open()
      await addPeople(15)
      const kept = portal.visitor()
      const statuses: number[] = []
      for (let index = 0; index < 15; index += 1) {
        const browser = index % 2 ? portal.visitor() : kept
        browser.headers['X-Forwarded-For'] = addresses[index % addresses.length] ?? ''
        await browser.open('/summit/recover')
        statuses.push((await browser.press('Proceed', { identifier: `person${index}` })).status)
        if (statuses.at(-1) === 200) await browser.press('Proceed', { method: 'sms-code' })
        const again = await browser.send('POST', '/summit/recover/choose', {
          csrf: browser.csrf,
          method: 'sms-code',
        })
        expect(again.status).to.be.oneOf([429, 303])
        await portal.deliver()
      }
      expect(portal.texts.length).to.be.within(1, 10)
      expect(statuses.slice(10)).to.deep.equal(Array<number>(5).fill(429))
    })

  it('SF-09: a thousand requests for codes for people who are not there send nothing and cost nothing', async () => {
    await open({}, { lanes: 'own' })
    const { parts } = portal.app
    await portal.within('summit', async (tx) => {
      const settings = await currentSettings(tx)
      for (let index = 0; index < 1000; index += 1)
        await startAttempt(parts, tx, {
          settings,
          identifier: `nobody${index}`,
          method: 'sms-code',
          asking: nobodyAsking('en'),
        })
    })
    await portal.deliver()
    expect([...portal.texts, ...portal.mailbox]).to.deep.equal([])
    expect(await portal.store.database.pool('limits')).to.deep.equal([])
    portal.clock.pass(SECOND)
    await ask(portal.visitor())
    expect(portal.texts).to.have.length(1)
  })

  /** People with numbers of which no two have neighbours. */
  async function addPeople(count: number): Promise<void> {
    await portal.within('summit', async (tx) => {
      for (let index = 0; index < count; index += 1)
        await addAccount(
          tx,
          newAccount({
            id: newId(systemRandom, tx.now),
            username: `person${index}`,
            fullName: `Person ${index}`,
            phone: `+62812${1000 + index}0000`,
            phoneVerifiedAt: new Date(0),
            phoneChangedAt: new Date(0),
          }),
        )
    })
  }
})
