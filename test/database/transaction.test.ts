import { expect } from 'chai'
import knex from 'knex'
import { connectionOf, openDatabase } from '../../src/database/connect.ts'
import {
  keepPartIf,
  OutcomeUnknown,
  withOrganization,
  withoutOrganization,
} from '../../src/database/transaction.ts'
import { isDuplicate } from '../../src/database/faults.ts'
import { addOrganization } from '../../src/organizations/store.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { stoppedClock } from '../support/clock.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

describe('a transaction', () => {
  let fresh: FreshDatabase

  beforeEach(async () => {
    fresh = await freshDatabase()
  })
  afterEach(() => fresh.close())

  it('keeps what its work did, and nothing of work that throws', async () => {
    await withoutOrganization(fresh.database, (tx) => addOrganization(tx, organization('kept')))
    const broken = new Error('halfway')
    const thrown = await failureOf(
      withoutOrganization(fresh.database, async (tx) => {
        await addOrganization(tx, organization('lost'))
        throw broken
      }),
    )
    expect(thrown).to.equal(broken)
    expect(await slugs()).to.deep.equal(['kept'])
  })

  it('goes on after a part of it that was kept, undone or broken', async () => {
    const told = await withoutOrganization(fresh.database, async (tx) => {
      const part = (slug: string, isKept: boolean) =>
        keepPartIf(
          tx,
          (answer: string) => isKept && answer === slug,
          async (inner) => {
            await addOrganization(inner, organization(slug))
            return slug
          },
        )
      const kept = [await part('kept', true), await part('undone', false)]
      const broken = await failureOf(part('kept', true))
      await addOrganization(tx, organization('later'))
      return [...kept, isDuplicate(broken)]
    })
    expect(told).to.deep.equal(['kept', 'undone', true])
    expect((await slugs()).toSorted()).to.deep.equal(['kept', 'later'])
  })

  for (const [what, state, expected] of [
    ['by a rule', '23514', Error],
    ['because the database is going away', '57P01', OutcomeUnknown],
  ] as const) {
    it(`says so when COMMIT is refused ${what}`, async () => {
      await refuseAtCommit(state)
      const thrown = await failureOf(
        withoutOrganization(fresh.database, (tx) => addOrganization(tx, organization('refused'))),
      )
      expect(thrown).to.be.instanceOf(expected)
      expect(await slugs()).to.deep.equal([])
    })
  }

  it('says so when its work went on after a statement that failed', async () => {
    const thrown = await failureOf(
      withoutOrganization(fresh.database, async (tx) => {
        await addOrganization(tx, organization('before'))
        await tx.sql('no_such_table').catch(() => undefined)
        return 'saved'
      }),
    )
    expect(thrown).to.be.instanceOf(Error).and.to.have.property('message').that.contains('nothing was saved')
    expect(await slugs()).to.deep.equal([])
    await withoutOrganization(fresh.database, (tx) => addOrganization(tx, organization('after')))
    expect(await slugs()).to.deep.equal(['after'])
  })

  it('has one instant, the database’s, whatever it does and however long', async () => {
    const [first, second] = await withoutOrganization(fresh.database, async ({ sql, now }) => {
      const answer = await sql.raw<{ rows: { now: Date }[] }>('select pg_sleep(0.01), now() as now')
      return [now, answer.rows[0]!.now]
    })
    expect(first).to.deep.equal(second)
  })

  it('has the instant of the clock that it was given', async () => {
    const clock = stoppedClock()
    const stopped = openDatabase(fresh.application, {
      poolSize: 1,
      statementTimeoutMs: 1000,
      lockTimeoutMs: 1000,
      clock,
    })
    try {
      clock.pass(1234)
      expect(await withoutOrganization(stopped, ({ now }) => Promise.resolve(now))).to.deep.equal(clock.now())
    } finally {
      await stopped.close()
    }
  })

  it('leaves no organization and no timeout behind on its connection', async () => {
    const single = openDatabase(fresh.application, {
      poolSize: 1,
      statementTimeoutMs: 1234,
      lockTimeoutMs: 1234,
    })
    try {
      const id = newId(systemRandom, new Date(0))
      const during = await withOrganization(single, id, ({ sql }) => facts(sql))
      await failureOf(withOrganization(single, id, () => Promise.reject(new Error('rolled back'))))
      const afterwards = await facts(single.pool)
      expect(during).to.deep.equal({ organization: id, statements: '1234ms', locks: '1234ms' })
      expect(afterwards.organization ?? '').to.equal('')
      expect(afterwards).to.deep.include({ statements: '0', locks: '0' })
    } finally {
      await single.close()
    }
  })

  it('is unavailable, with when to come back, where no database is', async () => {
    const nowhere = openDatabase(
      { host: '127.0.0.1', port: 9, user: 'x', database: 'x' },
      { poolSize: 1, statementTimeoutMs: 1000, lockTimeoutMs: 1000 },
    )
    try {
      const thrown = await failureOf(withoutOrganization(nowhere, () => Promise.resolve()))
      expect(thrown).to.be.instanceOf(Unavailable)
      expect(thrown).to.include({ retryAfterSeconds: 5 })
    } finally {
      await nowhere.close()
    }
  })

  async function slugs(): Promise<string[]> {
    const rows = await withoutOrganization(fresh.database, ({ sql }) =>
      sql<{ slug: string }>('organizations'),
    )
    return rows.map(({ slug }) => slug)
  }

  /** A constraint that is judged at COMMIT, and fails. */
  async function refuseAtCommit(state: string): Promise<void> {
    const owner = knex({ client: 'pg', connection: connectionOf(fresh.owner), pool: { min: 0, max: 1 } })
    try {
      await owner.raw(
        `create function refuse() returns trigger language plpgsql as
         $$ begin raise exception 'refused' using errcode = '${state}'; end $$`,
      )
      await owner.raw(
        `create constraint trigger refuse after insert on organizations deferrable initially deferred
         for each row execute function refuse()`,
      )
    } finally {
      await owner.destroy()
    }
  }
})

function organization(slug: string) {
  return { id: newId(systemRandom, new Date(0)), slug, name: slug, state: 'active' as const }
}

async function facts(
  sql: knex.Knex,
): Promise<{ organization: string | null; statements: string; locks: string }> {
  const answer = await sql.raw<{
    rows: { organization: string | null; statements: string; locks: string }[]
  }>(
    `select current_setting('latchkey.organization', true) as organization,
            current_setting('statement_timeout') as statements, current_setting('lock_timeout') as locks`,
  )
  return answer.rows[0]!
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  )
}
