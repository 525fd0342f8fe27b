import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { readCsv } from '../../src/people/import/csv.ts'
import { MOST_ROWS } from '../../src/people/import/propose.ts'
import { propose } from '../support/import.ts'
import { openPortal, type Portal } from '../support/portal.ts'

describe('attacks: what a file of people costs', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('LD-01: while a file is read that is nothing but line ends, everybody else is served', async () => {
    const others = countTurns()
    let rows = 0
    for await (const item of readCsv([Buffer.alloc(64 * 1024, '\n')])) rows = item.row
    expect(rows).to.equal(64 * 1024)
    expect(await others.end()).to.be.greaterThan(64)
  }).timeout(60_000)

  it('LD-02: empty lines count among the rows that a file may have', async () => {
    const csv = Buffer.concat([Buffer.from('email\n'), Buffer.alloc(MOST_ROWS + 1, '\n')])
    expect(await propose(portal, csv)).to.deep.equal({
      outcome: 'unread',
      fault: 'too-many-rows',
      row: MOST_ROWS + 2,
    })
  }).timeout(60_000)
})

/** Counts how often others had their turn. */
function countTurns(): { end: () => Promise<number> } {
  const over = new AbortController()
  const counting = (async () => {
    let turns = 0
    for (; !over.signal.aborted; turns += 1) await nextTurn()
    return turns
  })()
  return {
    end() {
      over.abort()
      return counting
    },
  }
}
