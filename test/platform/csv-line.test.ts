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

  it('leaves all other text as it is', () => {
    for (const text of ["O'Brien", '陈 = 1', 'a@b.example', '2026-01-01']) {
      expect(csvLine([text])).to.equal(`"${text}"\r\n`)
    }
  })
})
