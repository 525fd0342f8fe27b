import { expect } from 'chai'
import { newAccount, type Account } from '../../../src/accounts/account.ts'
import { parseSettings } from '../../../src/organizations/settings.ts'
import { STRATEGIES } from '../../../src/recovery/strategies/index.ts'
import { waysBack } from '../../../src/web/account/ways-back.ts'

const NOW = new Date('2026-03-02T09:00:00Z')
const mia = newAccount({
  id: '0198d000-0000-7000-8000-000000000000',
  fullName: 'Mia Tanaka',
  email: 'mia@acme.example',
  emailVerifiedAt: new Date(0),
  phone: '+6281234567890',
  phoneVerifiedAt: new Date(0),
  phoneChangedAt: new Date(0),
})
const both = { recovery: { methods: ['email-link', 'sms-code'] }, sms: { countries: ['ID'] } }

describe('the ways back in, as the home page counts them', () => {
  const ways = (has: Partial<Account>, settings: object = both, codesLeft: number | null = null) =>
    waysBack({ strategies: STRATEGIES }, parseSettings(settings), {
      account: { ...mia, ...has },
      authenticator: codesLeft === null ? null : { codesLeft },
      now: NOW,
    })

  it('are enough with every one that the organization offers', () => {
    expect(ways({})).to.include({ are: 'all', email: 'verified', phone: 'verified' })
    expect(ways({ phone: null }, {}), 'a link is all that it offers').to.include({
      are: 'all',
      phone: 'none',
    })
  })

  it('want a second where only one of two works, whatever the reason', () => {
    expect(ways({ phone: null })).to.include({ are: 'one', phone: 'none' })
    expect(ways({ phoneVerifiedAt: null })).to.include({ are: 'one', phone: 'unverified' })
    expect(ways({ emailVerifiedAt: null })).to.include({ are: 'one', email: 'unverified' })
    expect(ways({}, { ...both, sms: { countries: ['SG'] } })).to.include({ are: 'one', phone: 'verified' })
  })

  it('do not count what recovery asks for and the person has not, nor texts that are too weak for who runs it all', () => {
    const byUsername = { recovery: { identifier: 'username', methods: ['email-link'] } }
    expect(ways({ username: null }, byUsername).are).to.equal('none')
    expect(ways({ role: 'owner' }).are).to.equal('one')
    expect(ways({ role: 'owner', email: null, emailVerifiedAt: null }).are).to.equal('none')
  })

  it('are none where nothing that is offered works', () => {
    expect(ways({ emailVerifiedAt: null, phone: null }).are).to.equal('none')
    expect(ways({ email: null, emailVerifiedAt: null }, {}).are, 'texts are not offered').to.equal('none')
  })

  it('say what to add next: a second lock, then recovery codes before they run out', () => {
    expect([null, 0, 2, 3, 10].map((codes) => ways({}, both, codes).next)).to.deep.equal([
      'authenticator',
      'new-codes',
      'new-codes',
      null,
      null,
    ])
  })
})
