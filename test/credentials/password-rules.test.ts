import { expect } from 'chai'
import fc from 'fast-check'
import {
  listedRules,
  MINIMUM_LENGTH,
  normalizePassword,
  passwordLength,
  unmetRules,
  type PasswordRules,
} from '../../src/credentials/password-rules.ts'

const everyRule: PasswordRules = { minimumLength: 8, upper: true, lower: true, digit: true, symbol: true }
const lengthOnly: PasswordRules = {
  minimumLength: 8,
  upper: false,
  lower: false,
  digit: false,
  symbol: false,
}
const anyRules: fc.Arbitrary<PasswordRules> = fc.record({
  minimumLength: fc.integer({ min: 0, max: 64 }),
  upper: fc.boolean(),
  lower: fc.boolean(),
  digit: fc.boolean(),
  symbol: fc.boolean(),
})
const anyText = fc.string({ unit: 'binary', maxLength: 200 })

describe('password rules', () => {
  it('names each rule that a password misses, in the order of the list', () => {
    expect(unmetRules(everyRule, '')).to.deep.equal(['length', 'upper', 'lower', 'digit', 'symbol'])
    expect(unmetRules(everyRule, 'tr4vel-lamp')).to.deep.equal(['upper'])
    expect(unmetRules(everyRule, 'TR4VEL-LAMP')).to.deep.equal(['lower'])
    expect(unmetRules(everyRule, 'Travel-Lamp')).to.deep.equal(['digit'])
    expect(unmetRules(everyRule, 'Tr4velLamp')).to.deep.equal(['symbol'])
    expect(unmetRules(everyRule, 'Tr4v-L!')).to.deep.equal(['length'])
    expect(unmetRules(everyRule, 'Tr4vel-Lamp')).to.deep.equal([])
  })

  it('knows the letters and digits of every script', () => {
    expect(unmetRules(everyRule, 'ÖzlemßØ٣ ')).to.deep.equal([])
    expect(unmetRules(lengthOnly, '我爱北京天安门上')).to.deep.equal([])
    expect(unmetRules({ ...lengthOnly, symbol: true }, '我爱北京天安门上')).to.deep.equal(['symbol'])
  })

  it('counts a space, inside or around, as a symbol and keeps it', () => {
    expect(unmetRules(everyRule, ' Tr4velLamp')).to.deep.equal([])
    expect(normalizePassword(' a b ')).to.equal(' a b ')
  })

  it('counts code points, so that an emoji is one and a letter with its accent is one', () => {
    expect(passwordLength(normalizePassword('😀'.repeat(7)))).to.equal(7)
    expect(unmetRules(lengthOnly, '😀'.repeat(7))).to.deep.equal(['length'])
    expect(unmetRules(lengthOnly, '😀'.repeat(8))).to.deep.equal([])
    expect(unmetRules(lengthOnly, 'e\u0301'.repeat(7))).to.deep.equal(['length'])
  })

  it('judges the composed and the decomposed form of a text alike', () => {
    fc.assert(
      fc.property(anyRules, anyText, (rules, text) => {
        expect(unmetRules(rules, text.normalize('NFD'))).to.deep.equal(
          unmetRules(rules, text.normalize('NFC')),
        )
        expect(normalizePassword(text.normalize('NFD'))).to.equal(normalizePassword(text))
      }),
    )
  })

  it('lets no organization go below the least length', () => {
    fc.assert(
      fc.property(anyRules, fc.string({ maxLength: MINIMUM_LENGTH - 1 }), (rules, text) => {
        expect(unmetRules(rules, text)).to.include('length')
      }),
    )
  })

  it('never asks for what is not on the list', () => {
    fc.assert(
      fc.property(anyRules, anyText, (rules, text) => {
        expect(listedRules(rules)).to.include.members(unmetRules(rules, text))
      }),
    )
  })

  it('finds no fault in a password once one sign of each kind is added to enough length', () => {
    fc.assert(
      fc.property(anyRules, anyText, (rules, text) => {
        expect(unmetRules(rules, `${text}${'x'.repeat(64)} xX7!`)).to.deep.equal([])
      }),
    )
  })
})
