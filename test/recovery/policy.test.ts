import { expect } from 'chai'
import { nextStep, type Demands, type Proof, type StepOnTheWay } from '../../src/recovery/policy.ts'

const PERSON = { accountId: 'mia' }

describe('the next step', () => {
  it('is to choose, while there is nothing chosen', () => {
    const asked = nextStep(
      { person: PERSON, method: null, proven: [] },
      { authenticator: 'off', hasAuthenticator: false },
    )
    expect(asked).to.equal('choosing')
  })

  it('is past the first proof only for a known person who proved the method of this request', () => {
    const off: Demands = { authenticator: 'off', hasAuthenticator: false }
    const method = 'email-link'
    expect(nextStep({ person: PERSON, method, proven: ['email-link'] }, off)).to.equal('password')
    expect(nextStep({ person: PERSON, method, proven: [] }, off)).to.equal('proving')
    expect(nextStep({ person: null, method, proven: ['email-link'] }, off)).to.equal('proving')
    expect(nextStep({ person: PERSON, method: 'sms-code', proven: ['email-link'] }, off)).to.equal('proving')
  })

  const rows: [Demands['authenticator'], boolean, Proof[], StepOnTheWay][] = [
    ['off', false, [], 'password'],
    ['off', true, [], 'password'],
    ['challenge', false, [], 'password'],
    ['challenge', true, [], 'verifying'],
    ['challenge', true, ['authenticator'], 'password'],
    ['challenge', true, ['recovery-code'], 'password'],
    ['require', true, [], 'verifying'],
    ['require', true, ['enrolment', 'kept-codes'], 'verifying'],
    ['require', true, ['recovery-code'], 'password'],
    ['require', false, [], 'enrolling'],
    ['require', false, ['authenticator'], 'enrolling'],
    ['require', false, ['enrolment'], 'keeping-codes'],
    ['require', false, ['enrolment', 'kept-codes'], 'password'],
  ]
  for (const [authenticator, hasAuthenticator, proven, step] of rows) {
    const who = hasAuthenticator ? 'who has an authenticator' : 'who has none'
    it(`under "${authenticator}", for ${who} and proved ${proven.join(', ') || 'nothing of one'}: ${step}`, () => {
      const facts = {
        person: PERSON,
        method: 'email-link' as const,
        proven: ['email-link' as const, ...proven],
      }
      expect(nextStep(facts, { authenticator, hasAuthenticator })).to.equal(step)
    })
  }
})
