import { expect } from 'chai'
import { chartOf } from '../../../../src/web/manage/readiness/chart.ts'

describe('the chart of who could get back in', () => {
  it('needs two days', () => {
    expect(chartOf([], 'en')).to.equal(null)
    expect(chartOf([{ day: '2026-03-01', people: 4, able: 2 }], 'en')).to.equal(null)
  })

  it('draws each day where its date is, from nobody at the bottom to everybody at the top', () => {
    const chart = chartOf(
      [
        { day: '2026-02-27', people: 4, able: 0 },
        { day: '2026-02-28', people: 4, able: 1 },
        { day: '2026-03-03', people: 8, able: 8 },
      ],
      'en',
    )
    expect(chart?.curve).to.equal('0,100 25,75 100,0')
    expect(chart?.end).to.deep.equal({ x: 100, y: 0 })
    expect(chart?.levels).to.deep.equal([
      { y: 0, label: '100%' },
      { y: 50, label: '50%' },
      { y: 100, label: '0%' },
    ])
    expect([chart?.from, chart?.to]).to.deep.equal(['Feb 27, 2026', 'Mar 3, 2026'])
  })

  it('draws a day without anybody at the bottom, and dates in the language of the page', () => {
    const chart = chartOf(
      [
        { day: '2026-02-27', people: 0, able: 0 },
        { day: '2026-02-28', people: 2, able: 1 },
      ],
      'id',
    )
    expect(chart?.curve).to.equal('0,100 100,50')
    expect(chart?.from).to.equal('27 Feb 2026')
  })
})
