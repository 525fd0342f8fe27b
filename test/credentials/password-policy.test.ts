import { expect } from 'chai'
import fc from 'fast-check'
import { judgePassword, type PasswordPolicy } from '../../src/credentials/password-policy.ts'
import { MAXIMUM_LENGTH, passwordLength } from '../../src/credentials/password-rules.ts'
import { cpuMilliseconds } from '../support/cpu.ts'

const composed: PasswordPolicy = {
  minimumLength: 8,
  upper: true,
  lower: true,
  digit: true,
  symbol: true,
  notLast: true,
  notGuessable: true,
}
const anyLetters: PasswordPolicy = { ...composed, upper: false, lower: false, digit: false, symbol: false }
const nobody = { words: [] }
const mia = { words: ['Mia Véronneau', 'mia.j', 'mia@harbour.example', 'Harbour & Sons', 'harbour'] }

describe('password policy', () => {
  for (const password of [
    'password123',
    'Password1!',
    'P@ssw0rd2024!',
    'Qwerty123!',
    'Summer2026!',
    'Spring2026!',
    'Agustus2026!',
    'Welcome123!',
    'Abcd1234!',
    'Aa1!Aa1!Aa1!',
    '1234567890Aa!',
    'Password!Password!1A',
  ]) {
    it(`refuses ${password}, which everybody tries first`, () => {
      expect(judgePassword(anyLetters, password, nobody)).to.deep.equal(['guessable'])
    })
  }

  for (const password of ['Tr4vel-Lamp!9', 'xQ7!mZ2p', 'Str0ng&Quiet7', 'Blue7Kettle!', 'Rx9-moon!q']) {
    it(`accepts ${password} where every kind of sign is asked for`, () => {
      expect(judgePassword(composed, password, mia)).to.deep.equal([])
    })
  }

  for (const password of [
    'kettle moon quiet travel',
    'correct-harbour-battery-staple',
    'ilovemybrotherandsister',
    '我爱北京天安门上太阳升',
  ]) {
    it(`accepts the letters of "${password}" where only length is asked for`, () => {
      expect(judgePassword(anyLetters, password, mia)).to.deep.equal([])
    })
  }

  for (const password of [
    'Mia-Harbour-2026',
    'harbour2026!A',
    'H4RB0UR-2026!a',
    'Veronneau#99x',
    'VÉRONNEAU#99x',
    'miaharbourexample-77',
    'Latchkey-2026!',
    'L4tchk3y!2026',
  ]) {
    it(`refuses ${password} as Mia's of Harbour`, () => {
      expect(judgePassword(anyLetters, password, mia)).to.deep.equal(['contextual'])
    })
  }

  it('accepts for somebody else what is refused to whose name it is', () => {
    expect(judgePassword(composed, 'Veronneau#9x!', mia)).to.deep.equal(['contextual'])
    expect(judgePassword(composed, 'Veronneau#9x!', nobody)).to.deep.equal([])
  })

  it('knows a Chinese name, which is whole with two characters', () => {
    expect(judgePassword(anyLetters, '王小明王小明2026', { words: ['王小明'] })).to.deep.equal(['contextual'])
  })

  it('finds a word behind signs beyond the basic plane', () => {
    expect(judgePassword(anyLetters, '😀😀harbour1', mia)).to.deep.equal(['contextual'])
  })

  it('leaves guessing aside where the organization does', () => {
    const lenient = { ...composed, notGuessable: false }
    expect(judgePassword(lenient, 'Harbour-2026', mia)).to.deep.equal([])
    expect(judgePassword(lenient, 'Password1!', nobody)).to.deep.equal([])
  })

  it('says only that a password is too short when it is shorter than any may be', () => {
    expect(judgePassword(anyLetters, 'abc', nobody)).to.deep.equal(['length'])
  })

  it('accepts the longest password and refuses a longer one, never cutting it', () => {
    const longest = 'kettle moon quiet travel '.repeat(6).slice(0, MAXIMUM_LENGTH)
    expect(judgePassword(anyLetters, longest, nobody)).to.deep.equal([])
    expect(judgePassword(anyLetters, `${longest}x`, nobody)).to.deep.equal(['too-long'])
  })

  it('accepts one and the same password in its composed and decomposed form', () => {
    const word = fc.string({ unit: fc.constantFrom(...Array.from('aeiouñéüßÅ5$-')), maxLength: 40 })
    fc.assert(
      fc.property(word, (password) => {
        expect(judgePassword(composed, password.normalize('NFD'), mia)).to.deep.equal(
          judgePassword(composed, password.normalize('NFC'), mia),
        )
      }),
    )
  })

  it('judges whatever is typed by anyone of any name', () => {
    const text = fc.string({ unit: 'binary', maxLength: 150 })
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (password, words) => {
        const tooLong = passwordLength(password.normalize('NFC')) > MAXIMUM_LENGTH
        expect(judgePassword(composed, password, { words }).includes('too-long')).to.equal(tooLong)
      }),
    )
  })

  for (const piece of [
    'a',
    'P@$$w0rd',
    '4@$5!1|0',
    '|V|',
    'qwertyuiop',
    '0123456789',
    '11/11/1990 ',
    '4/010 /7440 -/6//',
    '/m>n)|{</n\\<<w)(nnn<v\\m|n|v)>(n(()(}{}</',
    '2caBBcA3caa!BC2cbaAc3!aA3b12!!11CCBAA3CC',
    '😀',
    'e\u0301',
    'harbour',
  ]) {
    it(`judges ${JSON.stringify(piece)} over and over in less than 50 ms`, () => {
      const password = piece.repeat(MAXIMUM_LENGTH).slice(0, MAXIMUM_LENGTH)
      expect(cpuMilliseconds(() => judgePassword(composed, password, mia), 5)).to.be.below(50)
    })
  }

  it('refuses megabytes at once', () => {
    const long = 'aA1!'.repeat(500_000)
    expect(judgePassword(composed, long, mia)).to.deep.equal(['too-long'])
    expect(cpuMilliseconds(() => judgePassword(composed, long, mia))).to.be.below(1000)
  })
})
