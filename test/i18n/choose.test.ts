import { expect } from 'chai'
import fc from 'fast-check'
import { chooseLocale } from '../../src/i18n/choose.ts'

const available = ['en', 'id', 'zh-CN']

describe('Choosing a language', () => {
  it('takes the person’s own first, then what was chosen here, then the browser’s, the organization’s, English', () => {
    const all = { person: 'id', browser: 'en', accepted: 'zh-CN', organization: 'en' }
    expect(chooseLocale(available, all)).to.equal('id')
    expect(chooseLocale(available, { ...all, person: null })).to.equal('en')
    expect(chooseLocale(available, { ...all, person: null, browser: null })).to.equal('zh-CN')
    expect(chooseLocale(available, { ...all, person: null, browser: 'junk' })).to.equal('zh-CN')
    expect(chooseLocale(available, { accepted: 'sv, de', organization: 'id' })).to.equal('id')
    expect(chooseLocale(available, { accepted: '', organization: null })).to.equal('en')
    expect(chooseLocale(available, {})).to.equal('en')
    expect(chooseLocale(available, { person: 'tlh', organization: 'xx' })).to.equal('en')
  })

  for (const [accepted, chosen] of [
    ['id', 'id'],
    ['id-ID, en;q=0.5', 'id'],
    ['en-GB,en;q=0.9,id;q=0.8', 'en'],
    ['en;q=0.3, id;q=0.7', 'id'],
    ['sv;q=1.0, zh;q=0.2, en;q=0.1', 'zh-CN'],
    ['ZH-cn', 'zh-CN'],
    ['zh-SG', 'zh-CN'],
    ['zh-Hans-HK', 'zh-CN'],
    ['zh-TW, id;q=0.5', 'id'],
    ['zh-Hant', 'en'],
    ['zh-HK, zh;q=0.9, en;q=0.8', 'zh-CN'],
    ['in', 'id'],
    ['in-ID', 'id'],
    ['ina, inh', 'en'],
    ['en;Q=0.1, id;Q=0.2', 'id'],
    ['id;q=0, zh', 'zh-CN'],
    ['*', 'en'],
    ['id ; q=0.9 , en ; q=0.8', 'id'],
    ['en;q=nonsense, id;q=0.1', 'id'],
  ] as const)
    it(`understands “${accepted}” (RFC 9110 §12.5.4)`, () => {
      expect(chooseLocale(available, { accepted })).to.equal(chosen)
    })

  it('chooses only a language that there are words for, whatever a browser sends', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('enidzh-CN;q=0.1,* \t')), maxLength: 300 }),
        (accepted) => {
          expect(available).to.include(chooseLocale(available, { accepted }))
        },
      ),
    )
    expect(chooseLocale(available, { accepted: `${'x,'.repeat(100_000)}id` })).to.equal('en')
  })
})
