import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { verifiedPhone } from '../../src/accounts/phone.ts'
import { loadWords, type Words } from '../../src/i18n/words.ts'
import { HOUR, MINUTE } from '../../src/platform/clock.ts'
import { projectRoot } from '../../src/platform/root.ts'
import { STRATEGIES } from '../../src/recovery/strategies/index.ts'
import type { Strategy } from '../../src/recovery/strategy.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, codeIn, createPassword, NEW_PASSWORD } from '../support/steps.ts'

/** All that a third way needs: this, and its words below. */
const readAloud: Strategy = {
  id: 'read-aloud',
  answeredBy: 'code',
  message: 'recover-code',
  newSecret: (random) => String(random.below(10 ** 9)).padStart(9, '0'),
  isWellFormed: (typed) => /^[0-9]{9}$/.test(typed),
  lifetimeMinutes: () => 3,
  reachable: (account, { sms }, now) => verifiedPhone(account, now, sms.countries),
}

const WORDS = {
  lead: 'It happens. Tell us who you are, and a voice reads a code to you.',
  button: 'Call Me',
  hint: 'by a call, to your verified mobile number',
  sent: 'If an account matches, a call is on its way.',
  nothing: 'No call after two minutes?',
}

describe('A third strategy is one object and its words', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal({
      strategies: [...STRATEGIES, readAloud],
      words: wordsWith('read-aloud', WORDS),
    })
    await offer('read-aloud')
  })
  after(() => portal.close())

  /** Lets Acme offer these ways and no other. */
  const offer = (...methods: string[]) =>
    portal.change('acme', (settings) => ({ ...settings, recovery: { ...settings.recovery, methods } }))

  it('is named where it is the only one, reaches the person, and its code opens the new password', async () => {
    const mia = portal.visitor()
    const identify = await mia.open('/acme/recover')
    expect(identify.text).to.contain(WORDS.lead)
    const asked = await mia.press('Call Me', { identifier: 'mia' })
    expect(asked.address).to.equal('/acme/recover/code')
    expect(asked.text).to.contain(WORDS.sent).and.to.contain(WORDS.nothing).and.to.contain('3 minutes')
    expect(asked.text).to.not.contain('Use email instead')
    await portal.deliver()
    const typed = await mia.press('Continue', { code: codeIn(portal.texts.at(-1)) })
    expect(typed.address).to.equal('/acme/recover/password')
    expect((await createPassword(mia)).address).to.equal('/acme/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'acme')).to.equal(true)
  })

  it('stands among the others, each in its own words, and leads to the mail from its page', async () => {
    await offer('email-link', 'sms-code', 'read-aloud')
    const adam = portal.visitor()
    await adam.open('/acme/recover')
    const choose = await adam.press('Proceed', { identifier: 'noah' })
    expect(
      choose.root.querySelectorAll('input[name=method]').map((way) => way.getAttribute('value')),
    ).to.deep.equal(['email-link', 'sms-code', 'read-aloud'])
    expect(choose.text).to.contain('Call Me').and.to.contain(WORDS.hint)
    expect((await adam.press('Proceed', { method: 'read-aloud' })).text).to.contain(WORDS.sent)
    const sent = await adam.press('Use email instead')
    expect(sent.heading).to.equal('Request received, please check your email')
  })

  it('lets no more codes be typed for an account in a day than any one way does', async () => {
    await offer('sms-code', 'read-aloud')
    const methods = ['sms-code', 'read-aloud', 'sms-code', 'read-aloud']
    const before = portal.texts.length
    for (const method of methods) {
      portal.clock.pass(HOUR + MINUTE)
      const olivia = portal.visitor()
      await olivia.open('/acme/recover')
      await olivia.press('Proceed', { identifier: 'noah' })
      await olivia.press('Proceed', { method })
      await portal.deliver()
      for (let wrong = 1; wrong <= 5; wrong += 1)
        await olivia.press('Continue', { code: method === 'sms-code' ? '00000000' : '000000000' })
    }
    expect(portal.texts.length - before).to.equal(3)
  })

  it('is no way where the program has none of that name', async () => {
    await offer('email-link', 'sms-code', 'smoke-signal')
    const mia = portal.visitor()
    await mia.open('/acme/recover')
    const choose = await mia.press('Proceed', { identifier: 'mia' })
    expect(choose.text).to.contain('Send SMS OTP').and.to.not.contain('smoke')
    expect((await mia.press('Proceed', { method: 'smoke-signal' })).status).to.equal(422)
    const sent = await mia.press('Proceed', { method: 'email-link' })
    expect(sent.address).to.equal('/acme/recover/sent')
    const again = await mia.send('POST', '/acme/recover/choose', { csrf: mia.csrf, method: 'smoke-signal' })
    expect(again.location).to.equal('/acme/recover/sent')
  })
})

/** The product's words, and those of one more way. */
function wordsWith(id: string, words: Record<string, string>): Words {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-words-'))
  try {
    const file = readFileSync(join(projectRoot, 'config', 'locales', 'en.json'), 'utf8')
    const english = JSON.parse(file) as { ways: Record<string, object> }
    english.ways[id] = words
    writeFileSync(join(folder, 'en.json'), JSON.stringify(english))
    return loadWords(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
