import { expect } from 'chai'
import fc from 'fast-check'
import { fitted, segmentsOf } from '../../src/delivery/sms-text.ts'
import { recoverCode, renderer, words } from './rig.ts'

/** The text with a code, of an organization. */
function textOf(name: string, code = '123456', minutes = 5, locale = 'en'): string {
  const data = { ...recoverCode(code), minutes, organization: { name } }
  return renderer.render('recover-code', locale, data).text
}

describe('A text with a code', () => {
  it('OT-14: names the organization and the minutes, warns, and ends with the host that the code is for', () => {
    const text = textOf('Harbour Cloud')
    expect(text.split('\n')).to.deep.equal([
      '123456 is your code for Harbour Cloud. It works for 5 minutes. We never ask for it: give it to nobody.',
      '',
      '@account.example.org #123456',
    ])
    expect(segmentsOf(text)).to.equal(1)
  })

  it('counts its minutes in words', () => {
    expect(textOf('Harbour', '12345678', 1)).to.contain('It works for 1 minute.')
  })

  it('has no line of which a name is the end or the beginning, so that no name can claim the code for a host', () => {
    for (const name of [
      'X\n\n@evil.example #123456',
      'X\r\n@evil.example #123456',
      'X\u2028@evil.example #1',
    ])
      expect(textOf(name).split(/[\n\r\u2028\u2029]/)).to.have.length(3)
    expect(textOf('Harbour\u202egnp.exe')).not.to.contain('\u202e')
  })

  it('fits into two parts in every language, with the code in its first line and the host in the last', () => {
    for (const locale of words.locales) {
      const text = textOf('Harbour Cloud'.repeat(20), '12345678', 15, locale)
      expect(segmentsOf(text), locale).to.be.at.most(2)
      const [first, , last, ...more] = text.split('\n')
      expect(first).to.contain('12345678').and.contain('15')
      expect([last, more]).to.deep.equal(['@account.example.org #12345678', []])
    }
  })

  it('takes a name for text, never for a template or a message format', () => {
    expect(textOf('{{ 7 * 7 }}{code}')).to.contain('{{ 7 * 7 }}{code}')
  })

  it('fits into two parts whatever the name, and always keeps the code, the warning and the last line', () => {
    const names = fc.oneof(fc.string({ maxLength: 100 }), fc.string({ unit: 'grapheme', maxLength: 100 }))
    fc.assert(
      fc.property(names, (name) => {
        const text = textOf(name, '12345678', 15)
        expect(segmentsOf(text)).to.be.at.most(2)
        expect(text)
          .to.match(/^12345678 is /)
          .and.contain('We never ask for it')
        expect(text.split('\n').at(-1)).to.equal('@account.example.org #12345678')
      }),
    )
  })
})

describe('The parts of a text', () => {
  it('are counted as networks count them: 160 of the GSM alphabet or 70 others alone, 153 or 67 joined', () => {
    for (const [letters, times, parts] of [
      ['a', 160, 1],
      ['a', 161, 2],
      ['a', 306, 2],
      ['a', 307, 3],
      ['€', 80, 1],
      ['€', 81, 2],
      ['港', 70, 1],
      ['港', 71, 2],
      ['港', 134, 2],
      ['港', 135, 3],
      ['🦜', 35, 1],
      ['🦜', 36, 2],
    ] as const)
      expect(segmentsOf(letters.repeat(times)), `${letters} × ${times}`).to.equal(parts)
  })

  it('are kept to two by the end of the name, or by nothing where that is not enough', () => {
    expect(fitted('a'.repeat(400), (name) => `for ${name}.`)).to.have.length(306)
    expect(fitted('Harbour', (name) => 'a'.repeat(400) + name)).to.equal('a'.repeat(400))
  })
})
