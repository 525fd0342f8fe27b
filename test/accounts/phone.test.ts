import { expect } from 'chai'
import { DEMO_ORGANIZATIONS, DEMO_PEOPLE } from '../../seeds/demo-organizations.ts'
import { newAccount, type Account } from '../../src/accounts/account.ts'
import { numberPrefix, readPhone, verifiedPhone } from '../../src/accounts/phone.ts'
import { after, HOUR } from '../../src/platform/clock.ts'
import { cpuMilliseconds } from '../support/cpu.ts'

describe('Phone numbers', () => {
  for (const [typed, country, e164] of [
    ['+1 (206) 555-0113', undefined, '+12065550113'],
    ['(206) 555-0113', 'US', '+12065550113'],
    ['0812-3456-7890', 'ID', '+6281234567890'],
    ['+44 7400 123456', 'US', '+447400123456'],
    [' 07400 123456 ', 'GB', '+447400123456'],
    ['+86 131 2345 6789', undefined, '+8613123456789'],
  ] as const)
    it(`are read as people write them: ${typed}`, () => {
      expect(readPhone(typed, country)).to.include({ e164 })
    })

  for (const typed of [
    '',
    'mia@harbour.example',
    '+',
    '0812-3456-7890',
    '+1 206 555',
    '+1 206 555 0113 ext. 5',
    'call +1 206 555 0113',
    '+1 206 555 0113, +1 206 555 0114',
    '+999 123 456 789',
    '+1206555\u00000113',
    '1'.repeat(5000),
    '+'.repeat(5000),
  ])
    it(`are not read from ${JSON.stringify(typed.slice(0, 40))}, which takes no time`, () => {
      expect(readPhone(typed)).to.deep.equal({ problem: 'unreadable' })
      expect(cpuMilliseconds(() => readPhone(typed))).to.be.below(50)
    })

  for (const [what, number] of [
    ['landline', '+442071838750'],
    ['premium-rate', '+449098790000'],
    ['shared-cost', '+448431234567'],
    ['toll-free', '+18002345678'],
    ['satellite', '+881612345678'],
    ['premium international', '+979123456789'],
    ['pager', '+447640123456'],
    ['personal', '+447012345678'],
    ['internet', '+445612345678'],
    ['short-code', '+44118118'],
  ] as const)
    it(`SF-06: of the ${what} kind are refused when they are given`, () => {
      expect(readPhone(number)).to.have.property('problem')
      expect(verifiedPhone(having({ phone: number }), now, ['GB', 'US'])).to.equal(null)
    })

  it('that are bought together have the same beginning', () => {
    expect(numberPrefix('+6281234567890')).to.equal('+628123456')
  })

  it('of the demo are real to the library, differ, and can get texts', () => {
    const numbers = DEMO_ORGANIZATIONS.flatMap(({ areaCode }) =>
      DEMO_PEOPLE.flatMap(({ line }) => (line === null ? [] : [`+1${areaCode}55501${line}`])),
    )
    expect(new Set(numbers).size).to.equal(20)
    for (const number of numbers) expect(readPhone(number)).to.deep.equal({ e164: number, country: 'US' })
  })
})

describe('The number that texts may go to', () => {
  it('is a verified one of a country that is listed', () => {
    expect(verifiedPhone(having({}), now, ['ID', 'US'])).to.equal('+12065550113')
    expect(verifiedPhone(having({}), now, ['ID'])).to.equal(null)
    expect(verifiedPhone(having({}), now, [])).to.equal(null)
    expect(verifiedPhone(having({ phoneVerifiedAt: null }), now, ['US'])).to.equal(null)
    expect(verifiedPhone(having({ phone: null }), now, ['US'])).to.equal(null)
  })

  it('is none that was changed in the last 72 hours', () => {
    const changedAgo = (milliseconds: number) =>
      verifiedPhone(having({ phoneChangedAt: after(now, -milliseconds) }), now, ['US'])
    expect(changedAgo(72 * HOUR - 1)).to.equal(null)
    expect(changedAgo(72 * HOUR)).to.equal('+12065550113')
  })
})

const now = new Date('2026-03-02T09:00:00Z')

function having(change: Partial<Account>): Account {
  return newAccount({
    id: '0195a000-0000-7000-8000-000000000001',
    fullName: 'Mia Tanaka',
    phone: '+12065550113',
    phoneVerifiedAt: new Date(0),
    phoneChangedAt: new Date(0),
    ...change,
  })
}
