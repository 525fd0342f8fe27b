import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalEmail, isEmail, readIdentifier } from '../../src/accounts/identifiers.ts'
import { soleMailbox } from '../../src/delivery/senders/sender.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from('aZé9.@-_+ \r\n,;<>"()ＡＺ＠．ﬁIİß')) }),
)
const emailLike = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 10 }), fc.string({ unit: 'grapheme', maxLength: 10 }))
  .map(([local, domain]) => `a${local}@b${domain}.example`)

describe('Reading who somebody says they are', () => {
  it('finds one account under every spelling of its name', () => {
    for (const typed of [
      'Mia@Harbour.example',
      ' mia@harbour.example\t',
      'ＭＩＡ＠harbour．example',
      'MIA@HARBOUR.EXAMPLE',
    ])
      expect(readIdentifier(typed), typed).to.deep.equal({ kind: 'email', canonical: 'mia@harbour.example' })
    for (const typed of ['mia', ' MIA ', 'Ｍｉａ'])
      expect(readIdentifier(typed), typed).to.deep.equal({ kind: 'username', canonical: 'mia' })
  })

  it('keeps different people apart', () => {
    const canonical = [
      'mia@harbour.example',
      'mia+x@harbour.example',
      'm.ia@harbour.example',
      'mía@harbour.example',
      'mia',
    ]
    expect(new Set(canonical.map((typed) => readIdentifier(typed)?.canonical)).size).to.equal(
      canonical.length,
    )
  })

  it('has one canonical form: reading it again gives the same', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, emailLike), (typed) => {
        const identifier = readIdentifier(typed)
        if (identifier) expect(readIdentifier(identifier.canonical)).to.deep.equal(identifier)
      }),
      { numRuns: 5000 },
    )
  })

  it('takes case as no difference for any letter of the Latin, Greek and Cyrillic alphabets', () => {
    const letter = fc
      .integer({ min: 0x41, max: 0x52f })
      .map((code) => String.fromCodePoint(code))
      .filter((one) => /\p{L}/u.test(one) && hasOneCapital(one))
    fc.assert(
      fc.property(letter, (one) => {
        const [small, capital] = [`${one.toLowerCase()}x@b.example`, `${one.toUpperCase()}x@b.example`]
        expect(readIdentifier(capital)).to.deep.equal(readIdentifier(small))
      }),
      { numRuns: 1000 },
    )
  })

  it('takes a username of letters, digits and . _ - that begins with a letter or digit', () => {
    for (const name of ['mia', 'm', '9lives', 'mia.t_2-x', 'a'.repeat(64)])
      expect(readIdentifier(name)?.kind, name).to.equal('username')
    for (const name of [
      '',
      ' ',
      '.mia',
      '-mia',
      'mia tanaka',
      'mía',
      'mia/x',
      "mia'--",
      'a'.repeat(65),
      'mia\0',
      'ⅯⅠⅭ’s',
    ])
      expect(readIdentifier(name), JSON.stringify(name)).to.equal(null)
  })
})

describe('An email address', () => {
  for (const address of [
    'mia@harbour.example',
    'a@b.co',
    "o'hara+tag@sub.domain.example",
    'user_name-1@xn--bcher-kva.example',
    'grüße@bücher.example',
    '用户@例子.广告',
    `${'a'.repeat(64)}@b.example`,
  ])
    it(`may be ${address.slice(0, 40)}`, () => {
      expect(isEmail(address)).to.equal(true)
    })

  for (const [why, address] of Object.entries({
    'has no @': 'mia.harbour.example',
    'has two': 'mia@evil@harbour.example',
    'is a list': 'mia@harbour.example,thief@evil.example',
    'is a list with a semicolon': 'mia@harbour.example;thief@evil.example',
    'adds a header': 'mia@harbour.example\r\nBcc: thief@evil.example',
    'adds a line within': 'mia\n@harbour.example',
    'has a display name': 'Mia <mia@harbour.example>',
    'is quoted': '"mia@evil.example"@harbour.example',
    'has a comment': 'mia(comment)@harbour.example',
    'has a route': '@evil.example:mia@harbour.example',
    'is a mailto': 'mailto:mia@harbour.example',
    'has a NUL': 'mia\0@harbour.example',
    'has no domain': 'mia@',
    'has no local part': '@harbour.example',
    'has no dot': 'mia@localhost',
    'ends in a dot': 'mia@harbour.example.',
    'has an empty label': 'mia@harbour..example',
    'has two dots in a row': 'mi..a@harbour.example',
    'begins with a dot': '.mia@harbour.example',
    'is an address literal': 'mia@[192.0.2.1]',
    'has a label that begins with a hyphen': 'mia@-harbour.example',
    'has a space': 'mia @harbour.example',
    'has no canonical form': 'mia½@harbour.example',
    'has a capital without a small letter': 'İmia@harbour.example',
    'turns the reading direction round': 'mia\u202e@harbour.example',
    'is longer than mail allows': `mia@${'a.'.repeat(130)}example`,
    'has a longer local part than mail allows': `${'a'.repeat(65)}@b.example`,
    'has a longer label than DNS allows': `mia@${'a'.repeat(64)}.example`,
  }))
    it(`is none that ${why}`, () => {
      expect(isEmail(address)).to.equal(false)
    })

  it('is what an account keeps in its canonical form, and nothing else is', () => {
    expect(canonicalEmail(' Mia@Harbour.example')).to.equal('mia@harbour.example')
    for (const text of ['mia', '', 'mia@localhost'])
      expect(() => canonicalEmail(text)).to.throw('not an email')
  })

  it('is always one bare mailbox, to which a mail can go and nowhere else', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, emailLike), (text) => {
        if (!isEmail(text)) return
        expect(soleMailbox(text)).to.deep.equal({ address: text })
        expect(text.split('@')).to.have.length(2)
      }),
      { numRuns: 5000 },
    )
  })

  it('is judged by work that grows with its length and no faster', () => {
    const long = 10_000
    const pathological = [
      'a'.repeat(long),
      '@'.repeat(long),
      '.'.repeat(long),
      `${'a.'.repeat(long / 2)}@b.example`,
      `a@${'a.'.repeat(long / 2)}`,
      `a@${'a-'.repeat(long / 2)}`,
      `a@${'-'.repeat(long)}.example`,
      `${'"'.repeat(long)}@b.example`,
      `a@b.${'x'.repeat(long)}!`,
      '\ufdfa'.repeat(long),
      'e\u0301'.repeat(long),
      `a${'\u0301'.repeat(long)}@b.example`,
    ]
    const began = process.cpuUsage()
    for (const text of pathological) expect(readIdentifier(text)).to.equal(null)
    const { user } = process.cpuUsage(began)
    // A quadratic look at any of them takes tens of millions of steps more.
    expect(user / 1000, 'milliseconds of work for all twelve').to.be.below(300)
  })
})

/** Not so the German ß, the Greek final and lunate sigma, and a few dozen like them. */
function hasOneCapital(letter: string): boolean {
  const forms = [letter.toLowerCase(), letter.toUpperCase()]
  return (
    letter.toUpperCase().toLowerCase() === forms[0] && forms.every((form) => form.normalize('NFKC') === form)
  )
}
