import { expect } from 'chai'
import { judgePassword } from '../../src/credentials/password-policy.ts'
import { MAXIMUM_LENGTH } from '../../src/credentials/password-rules.ts'
import { parseSettings } from '../../src/organizations/settings.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, createPassword, followLink, getLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

describe('attacks: passwords', () => {
  let portal: Portal
  let mia: Visitor

  before(async () => {
    // One person recovers more often here than anybody may in a day.
    portal = await openPortal({ config: allowing({ 'recovery-mail-per-account-day': 1000 }) })
  })
  after(() => portal.close())
  beforeEach(() => {
    mia = portal.visitor()
  })

  it('IN-08: composed and decomposed forms of a password are one; emoji and spaces around and inside stay', async () => {
    const passwords = ['Café-Lampe 7! 漆', '  Tr4vel 🧳 Lamp!  ', 'Ｆull-Width-77!']
    for (const password of passwords) {
      await resetTo(password.normalize('NFD'))
      expect(await canSignIn(portal, password.normalize('NFC')), password).to.equal(true)
    }
    expect(await canSignIn(portal, passwords[1]!.trim())).to.equal(false)
    expect(await canSignIn(portal, passwords[1]!)).to.equal(false)
  })

  it('IN-08: 64 and 128 code points are taken whole, and one more than the most is refused, never cut', async () => {
    const long = (length: number) =>
      `Tr4vel!${'ö🧳x7'.repeat(40)}`
        .normalize('NFC')
        .split('')
        .join('')
        .slice(0, length * 2)
    for (const length of [64, MAXIMUM_LENGTH]) {
      const password = Array.from(long(length)).slice(0, length).join('')
      expect(Array.from(password)).to.have.length(length)
      await resetTo(password)
      expect(await canSignIn(portal, password)).to.equal(true)
      expect(await canSignIn(portal, Array.from(password).slice(0, -1).join(''))).to.equal(false)
    }
    const visitor = await atNewPassword()
    const refused = await createPassword(
      visitor,
      Array.from(long(200))
        .slice(0, MAXIMUM_LENGTH + 1)
        .join(''),
    )
    expect(refused.problemsAt('password')).to.deep.equal([
      `The password can have at most ${MAXIMUM_LENGTH} characters`,
    ])
  })

  it('IN-09: common passwords, names and the product’s own are refused with a reason, fifteen plain letters are not', async () => {
    const { passwords } = parseSettings({})
    const lax = { ...passwords, upper: false, lower: false, digit: false, symbol: false }
    const words = ['Mia Tanaka', 'mia', 'mia@harbour.example', 'Harbour Cloud', 'harbour']
    const refused = [
      'password',
      'Password1!',
      'Qwertyuiop1!',
      'iloveyou123',
      'Latchkey-2026!',
      'Mia-Tanaka-1!',
      'Harbour-Cloud-1!',
    ]
    for (const password of refused)
      expect(judgePassword(lax, password, { words }), password).to.have.length(1)
    expect(judgePassword(lax, 'vpqzmtrkwyhbxcd', { words })).to.deep.equal([])
    const visitor = await atNewPassword()
    const page = await createPassword(visitor, 'vpqzmtrkwyhBxc7')
    expect(page.problemsAt('password')).to.deep.equal(['The password must include a symbol'])
  })

  it('IN-10: the password in force is refused as the new one, in recovery and in the account', async () => {
    await resetTo(NEW_PASSWORD)
    const recovering = await atNewPassword()
    const words = ['The password must not be the one you have now']
    expect((await createPassword(recovering, NEW_PASSWORD)).problemsAt('password')).to.deep.equal(words)
    await signIn(mia, 'mia', NEW_PASSWORD)
    await mia.open('/harbour/account/password')
    const fields = { currentPassword: NEW_PASSWORD, password: NEW_PASSWORD, confirmation: NEW_PASSWORD }
    expect((await mia.press('Change password', fields)).problemsAt('password')).to.deep.equal(words)
  })

  it('LD-02: a password of one to ten megabytes is 413, and nothing is hashed', async () => {
    await mia.open('/harbour/sign-in')
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    let verified = 0
    hasher.verify = (hash, password) => {
      verified += 1
      return verify(hash, password)
    }
    for (const megabytes of [1, 10]) {
      const page = await mia.send('POST', '/harbour/sign-in', {
        csrf: mia.csrf,
        identifier: 'mia',
        password: 'x'.repeat(megabytes * 1_000_000),
      })
      expect(page.status).to.equal(413)
    }
    hasher.verify = verify
    expect(verified).to.equal(0)
  })

  async function resetTo(password: string): Promise<void> {
    const visitor = await atNewPassword()
    const page = await createPassword(visitor, password)
    expect(page.address, page.text).to.equal('/harbour/recover/done')
  }

  /** Mia at the new-password page in a browser of its own, an hour after whatever was before. */
  async function atNewPassword(): Promise<Visitor> {
    portal.clock.pass(3 * 60 * 60 * 1000)
    const visitor = portal.visitor()
    await followLink(visitor, await getLink(portal, visitor))
    return visitor
  }
})
