import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { accountNamed } from '../../src/accounts/store.ts'
import { changePassword, type TypedPassword } from '../../src/profile/change-password.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { hashToken } from '../../src/platform/secrets.ts'
import { endSessions, openSession, sessionOf } from '../../src/sessions/store.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, NEW_PASSWORD } from '../support/steps.ts'

describe('Changing a password', () => {
  let portal: Portal
  let accountId: string
  let session: { sessionId: string; tokenHash: Buffer }

  beforeEach(async () => {
    portal = await openPortal()
    accountId = await portal.within(
      'harbour',
      async (tx) => (await accountNamed(tx, { kind: 'username', canonical: 'mia' }))?.id ?? '',
    )
    session = await portal.within('harbour', async (tx) => {
      const place = { address: visitor.place, device: visitor.device }
      const token = await openSession(tx, systemRandom, accountId, place)
      return { sessionId: (await sessionOf(tx, token))?.id ?? '', tokenHash: hashToken(token) }
    })
  })
  afterEach(() => portal.close())

  const visitor = {
    network: '198.51.100.9',
    place: '198.51.100.0/24',
    device: 'Firefox · Linux',
    requestId: 'request',
  }
  const change = async (wanted: Partial<TypedPassword> = {}) =>
    changePassword(portal.app.parts, (await portal.organization('harbour')).id, {
      accountId,
      ...session,
      password: NEW_PASSWORD,
      visitor,
      locale: 'en',
      ...wanted,
    })
  const rows = (table: string) => portal.within('harbour', (tx) => tx.rows(table))

  it('names every rule that the new one breaks', async () => {
    expect(await change({ password: 'weak' })).to.deep.equal({
      outcome: 'refused',
      problems: ['length', 'upper', 'digit', 'symbol'],
    })
    expect(await change({ password: DEMO_PASSWORD })).to.deep.equal({
      outcome: 'refused',
      problems: ['last'],
    })
    expect(await change({ password: 'x'.repeat(129) })).to.have.property('outcome', 'refused')
    expect(await change({ password: 'Mia-Harbour-2026' })).to.deep.equal({
      outcome: 'refused',
      problems: ['contextual'],
    })
  })

  it('allows the one that is in force where the organization does', async () => {
    await portal.change('harbour', (settings) => ({
      ...settings,
      passwords: { ...settings.passwords, notLast: false },
    }))
    expect(await change({ password: DEMO_PASSWORD })).to.have.property('outcome', 'changed')
  })

  it('opens one session in place of all, and raises what ends recoveries', async () => {
    const changed = await change()
    const token = changed.outcome === 'changed' ? changed.sessionToken : ''
    expect(await rows('sessions')).to.have.length(1)
    await portal.within('harbour', async (tx) => {
      expect((await sessionOf(tx, token))?.accountId).to.equal(accountId)
      expect((await accountNamed(tx, { kind: 'username', canonical: 'mia' }))?.securityEpoch).to.equal(1)
    })
  })

  it('changes it once when it is asked twice at the same time', async () => {
    const outcomes = await Promise.all([change(), change({ password: 'Another-Lamp-8!' })])
    expect(outcomes.map(({ outcome }) => outcome)).to.have.members(['changed', 'over'])
    expect(await rows('sessions')).to.have.length(1)
    await portal.deliver()
    expect(portal.mailbox).to.have.length(1)
  })

  it('does nothing for who was suspended meanwhile', async () => {
    await changeAccount(portal, 'harbour', 'mia', { state: 'suspended' })
    expect(await change()).to.deep.equal({ outcome: 'over' })
  })

  it('does nothing for who was signed out meanwhile: somebody else may have set another password', async () => {
    await portal.within('harbour', (tx) => endSessions(tx, accountId))
    expect(await change()).to.deep.equal({ outcome: 'over' })
  })

  it('tells the person where from, and writes down what happened', async () => {
    await change()
    await portal.deliver()
    expect(portal.mailbox.map(({ to, subject }) => [to, subject])).to.deep.equal([
      ['mia@harbour.example', 'Your password for Harbour Cloud was changed'],
    ])
    expect(portal.mailbox[0]?.text).to.contain('Firefox · Linux')
    const kinds = (await rows('audit_events')).map((row) => row['kind' as never])
    expect(kinds).to.include('password.changed')
  })

  it('tells nobody at an address that is not verified', async () => {
    await changeAccount(portal, 'harbour', 'mia', { email_verified_at: null })
    expect(await change()).to.have.property('outcome', 'changed')
    await portal.deliver()
    expect(portal.mailbox).to.deep.equal([])
  })
})
