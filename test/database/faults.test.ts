import { expect } from 'chai'
import { isAway } from '../../src/database/faults.ts'

const error = (facts: object) => Object.assign(new Error('it failed'), facts)

describe('what a database’s error means', () => {
  for (const [what, facts] of [
    ['a deadlock', { code: '40P01' }],
    ['a serialization failure', { code: '40001' }],
    ['a shutdown', { code: '57P01' }],
    ['a socket that is not there', { code: 'ENOENT', syscall: 'connect' }],
  ] as const) {
    it(`${what} is "not now"`, () => expect(isAway(error(facts))).to.equal(true))
  }

  for (const [what, facts] of [
    ['a broken rule', { code: '23514' }],
    ['a file of ours that is missing', { code: 'ENOENT', syscall: 'open' }],
    ['nothing known', {}],
  ] as const) {
    it(`${what} is ours to mend`, () => expect(isAway(error(facts))).to.equal(false))
  }
})
