import { expect } from 'chai'
import fc from 'fast-check'
import { readForm, requiredSecret, requiredText } from '../../src/web/form.ts'

const fields = {
  identifier: requiredText({ missing: 'missing', tooLong: 'too-long' }),
  password: requiredSecret({ missing: 'no-password' }),
}
const UNREADABLE = [{ key: 'errors.form.unreadable' }]

/** What a person's keyboard gives: whole characters, no control characters. */
const typed = (least: number, most: number) =>
  fc
    .string({ unit: 'grapheme', minLength: least, maxLength: most })
    .filter((text) => !/[\p{Cc}\ufffd]/u.test(text) && text.length >= least && text.length <= most)

describe('Reading a form', () => {
  it('trims a text, and takes a secret exactly as it was typed', () => {
    fc.assert(
      fc.property(typed(1, 60), typed(1, 200), (name, password) => {
        fc.pre(name.trim() !== '')
        const form = readForm(fields, { identifier: `  ${name} `, password })
        expect(form).to.deep.equal({ ok: true, values: { identifier: name.trim(), password } })
      }),
    )
    const spaced = readForm(fields, { identifier: 'mia', password: '  two  spaces ' })
    expect(spaced).to.deep.equal({ ok: true, values: { identifier: 'mia', password: '  two  spaces ' } })
  })

  it('refuses whatever is no text: arrays, objects, numbers, anything', () => {
    const noText = fc
      .anything()
      .filter((value) => typeof value !== 'string' && value !== undefined && value !== null)
    fc.assert(
      fc.property(noText, (value) => {
        const form = readForm(fields, { identifier: value, password: 'secret' })
        expect(form).to.deep.equal({
          ok: false,
          values: { password: 'secret' },
          errors: { identifier: UNREADABLE },
          typed: { password: 'secret' },
        })
      }),
    )
  })

  it('refuses control characters and broken Unicode, which no keyboard types and no database stores', () => {
    const bad = ['a\0b', 'a\r\nb', 'tab\tbed', '\u0085', '\ud800', 'x\udc00', 'lost \ufffd letter', '\x7f']
    for (const text of bad) {
      const form = readForm(fields, { identifier: text, password: text })
      expect(form, JSON.stringify(text)).to.deep.equal({
        ok: false,
        values: {},
        errors: { identifier: UNREADABLE, password: UNREADABLE },
        typed: {},
      })
    }
  })

  it('names every field that is missing, in its own words, and keeps what was typed elsewhere', () => {
    for (const nothing of [undefined, null, '', 'a string', 42, []])
      expect(readForm(fields, nothing)).to.deep.equal({
        ok: false,
        values: {},
        errors: { identifier: [{ key: 'missing' }], password: [{ key: 'no-password' }] },
        typed: {},
      })
    expect(readForm(fields, { identifier: ' \u3000 ', password: ' ' })).to.deep.equal({
      ok: false,
      values: { password: ' ' },
      errors: { identifier: [{ key: 'missing' }] },
      typed: { password: ' ' },
    })
  })

  it('takes 254 characters for a text and not one more', () => {
    expect(readForm(fields, { identifier: 'a'.repeat(254), password: 'x' }).ok).to.equal(true)
    const long = readForm(fields, { identifier: 'a'.repeat(255), password: 'x' })
    expect(long.ok ? {} : long.errors).to.deep.equal({ identifier: [{ key: 'too-long' }] })
  })

  it('does not look at fields that nobody asked for, whatever they are called', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (more) => {
        const form = readForm(fields, { ...more, identifier: 'mia', password: 'secret' })
        expect(form).to.deep.equal({ ok: true, values: { identifier: 'mia', password: 'secret' } })
      }),
    )
    const body = JSON.parse('{"__proto__":{"identifier":"mia","password":"x"},"role":"owner"}') as unknown
    expect(readForm(fields, body).ok).to.equal(false)
  })
})
