import { expect } from 'chai'
import type { Knex } from 'knex'
import { PURGE_BATCH } from '../../src/database/purge.ts'
import { withoutOrganization } from '../../src/database/transaction.ts'
import { after as later, MINUTE } from '../../src/platform/clock.ts'
import { openPortal, type Portal } from '../support/portal.ts'

interface Statement {
  sql: string
  bindings: unknown[]
  __knexQueryUid: string
}

/** What is over, wherever it is: ended by one instant. */
const EXPIRED = 2 * PURGE_BATCH + 500

describe('attacks: what piles up', () => {
  let portal: Portal
  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  const pool = () => portal.app.parts.database.pool

  /** Every deletion while some work is done: the statement, and how many rows it took. */
  async function deletionsOf(work: () => Promise<void>): Promise<(Statement & { rows: number })[]> {
    const deletions: (Statement & { rows: number })[] = []
    const hear = (
      _rows: unknown,
      { response, ...statement }: Statement & { response: { rowCount: number } },
    ) => {
      if (statement.sql.startsWith('delete from')) deletions.push({ ...statement, rows: response.rowCount })
    }
    pool().on('query-response', hear)
    try {
      await work()
    } finally {
      pool().off('query-response', hear)
    }
    return deletions
  }

  it('LD-05: what is over is deleted in short batches, past rows that somebody just holds', async () => {
    const now = portal.clock.now()
    const over = Array.from({ length: EXPIRED }, (_, index) => {
      return { key: `over-${index}`, spent: 1, ends_at: later(now, -MINUTE) }
    })
    await withoutOrganization(portal.app.parts.database, async ({ sql }) => {
      await sql.batchInsert('limits', over, 500)
      await sql('limits').insert({ key: 'stays', spent: 1, ends_at: later(now, MINUTE) })
    })
    const left = () => pool()<{ key: string }>('limits').orderBy('key').pluck('key')
    // As somebody does who spends on a limit in a transaction that is not over yet.
    const held = await pool().transaction()
    await held('limits').where({ key: 'over-7' }).forUpdate()
    const deletions = await deletionsOf(() => portal.app.keepHouse())
    expect(await left()).to.deep.equal(['over-7', 'stays'])
    await held.rollback()
    const ofLimits = deletions.filter(({ sql }) => sql.startsWith('delete from "limits"'))
    expect(ofLimits.map(({ rows }) => rows)).to.deep.equal([PURGE_BATCH, PURGE_BATCH, 499])
    await portal.app.keepHouse()
    expect(await left()).to.deep.equal(['stays'])
  })

  it('LD-05: every batch is found by an index that leads to what is over, however much is not', async () => {
    const { id } = await portal.organization('harbour')
    const deletions = await deletionsOf(() => portal.app.keepHouse())
    const batches = deletions.filter(({ sql }) => sql.includes('ctid'))
    expect(new Set(batches.map(({ sql }) => /"(\w+)"/.exec(sql)?.[1])).size).to.be.at.least(13)
    const astray = new Set<string>()
    await pool().transaction(async (tx) => {
      await tx.raw(`select set_config('latchkey.organization', ?, true)`, [id])
      // The tables are all but empty: only what could not do otherwise is to pass over everything.
      await tx.raw(
        `select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
      )
      for (const { sql, bindings } of batches) {
        const plan = await planOf(tx, sql, bindings)
        const column = /"(?:\w+"\.")?(ends_at|\w+_at|day)"/.exec(sql.slice(sql.indexOf('select')))?.[1] ?? ''
        if (!column || !new RegExp(`Index Cond: .*\\b${column}\\b`).test(plan)) astray.add(sql)
      }
    })
    expect([...astray]).to.deep.equal([])
  })
})

async function planOf(tx: Knex.Transaction, sql: string, bindings: unknown[]): Promise<string> {
  const { rows } = await tx.raw<{ rows: { 'QUERY PLAN': string }[] }>(
    `explain ${sql.replace(/\$\d+/g, '?')}`,
    bindings as Knex.RawBinding[],
  )
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}
