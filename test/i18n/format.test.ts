import { expect } from 'chai'
import {
  countryName,
  formatAgo,
  formatDay,
  formatInstant,
  formatNames,
  formatNumber,
  formatShare,
} from '../../src/i18n/format.ts'
import { after, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'

describe('how long ago', () => {
  const now = new Date('2026-03-02T09:00:00Z')
  const said = (ago: number, locale = 'en') => formatAgo(after(now, -ago), now, locale)

  it('is told in minutes, then in hours, and never of what is to come', () => {
    expect([0, 59 * SECOND, -MINUTE].map((ago) => said(ago))).to.deep.equal([
      'this minute',
      'this minute',
      'this minute',
    ])
    expect([MINUTE, 59 * MINUTE].map((ago) => said(ago))).to.deep.equal(['1 minute ago', '59 minutes ago'])
    expect([HOUR, 12 * HOUR - 1].map((ago) => said(ago))).to.deep.equal(['1 hour ago', '11 hours ago'])
  })

  it('is told in other languages', () => {
    expect(said(5 * MINUTE, 'id')).to.equal('5 menit yang lalu')
  })
})

describe('an instant', () => {
  const instant = new Date('2026-03-02T09:05:00Z')

  for (const [locale, words] of [
    ['en', 'March 2, 2026 at 9:05 AM UTC'],
    ['id', '2 Maret 2026 pukul 09.05 UTC'],
    ['zh-CN', '2026年3月2日 UTC 09:05'],
  ] as const)
    it(`stands with its zone where ${locale} puts it`, () => {
      expect(formatInstant(instant, locale).replace(/\s/g, ' ')).to.equal(words)
    })
})

describe('a country', () => {
  it('has the name that the reader’s language gives it', () => {
    expect(['en', 'id', 'zh-CN'].map((locale) => countryName('DE', locale))).to.deep.equal([
      'Germany',
      'Jerman',
      '德国',
    ])
  })
})

describe('numbers and names', () => {
  it('are written in the language of the page', () => {
    expect(formatNumber(995_005, 'en')).to.equal('995,005')
    expect(formatNumber(995_005, 'id')).to.equal('995.005')
    expect(formatDay('2026-03-02', 'zh-CN')).to.equal('2026年3月2日')
    expect(formatNames(['Mia', 'Noah', 'Nils'], true, 'en')).to.equal('Mia, Noah, and Nils')
    expect(formatNames(['Mia', 'Noah'], false, 'en'), 'more are to come').to.equal('Mia, Noah')
  })

  it('a share is all only when it is all, and nothing of nobody', () => {
    expect(formatShare(999, 1000, 'en')).to.equal('99%')
    expect(formatShare(1000, 1000, 'en')).to.equal('100%')
    expect(formatShare(29, 100, 'en')).to.equal('29%')
    expect(formatShare(0, 0, 'en')).to.equal('0%')
  })
})
