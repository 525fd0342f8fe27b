import { expect } from 'chai'
import { initialOf } from '../../src/i18n/initial.ts'

describe('The first letter of a name', () => {
  for (const [name, initial] of [
    ['acme', 'A'],
    ['İnci', 'İ'],
    ['e\u0301cole', 'E\u0301'],
    ['银杏', '银'],
    ['🦊 Fox', '🦊'],
    ['👩🏽‍🚀 Crew', '👩🏽‍🚀'],
    ['', ''],
  ] as const)
    it(`of “${name}” is “${initial}”, whole`, () => {
      expect(initialOf(name)).to.equal(initial)
    })
})
