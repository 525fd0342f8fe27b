import { expect } from 'chai'
import { csvLine } from '../../src/platform/csv-line.ts'

describe('a line of a CSV file', () => {
  it('quotes every cell, doubles quotes and ends as RFC 4180 says', () => {
    expect(csvLine(['a', 'b "c"', 'd,e', 'f\ng', ''])).to.equal('"a","b ""c""","d,e","f\ng",""\r\n')
  })

  for (const start of ['=', '+', '-', '@', '\t', '\r', '\n', ' =', '\u0000=', '＝', '＋', '－', '＠']) {
    it(`IN-06: a cell that begins with ${JSON.stringify(start)} is text to a spreadsheet`, () => {
      expect(csvLine([`${start}1+1`])).to.match(/^"'/)
    })
  }

  for (const [text, line] of [
    ['Mia;=1+1;', `"Mia;'=1+1;"`],
    ['Mia; @SUM(A1)', `"Mia; '@SUM(A1)"`],
    ['Mia;"=1+1"', `"Mia;""'=1+1"""`],
    ['Mia\t=1+1', `"Mia\t'=1+1"`],
    ['Mia\n＝1+1', `"Mia\n'＝1+1"`],
    [';=1;=2', `";'=1;'=2"`],
  ] as const) {
    it(`IN-06: ${JSON.stringify(text)} is text also where semicolons end cells`, () => {
      expect(csvLine([text])).to.equal(`${line}\r\n`)
    })
  }

  it('leaves all other text as it is', () => {
    for (const text of ["O'Brien", '陈 = 1', 'a@b.example', '2026-01-01', 'a; b - c']) {
      expect(csvLine([text])).to.equal(`"${text}"\r\n`)
    }
  })
})
