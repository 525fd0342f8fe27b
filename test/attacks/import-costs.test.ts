import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { readCsv } from '../../src/people/import/csv.ts'
import { MOST_ROWS } from '../../src/people/import/propose.ts'
import { foreignCosts } from '../../src/credentials/store.ts'
import { bringAll, keptOf, lookedAt, propose, start } from '../support/import.ts'
import { importHere, type ImportPages } from '../support/import-pages.ts'
import { openPortal, type Portal } from '../support/portal.ts'

describe('attacks: what a file of people costs', () => {
  let portal: Portal
  let adam: ImportPages

  beforeEach(async () => {
    portal = await openPortal()
    adam = await importHere(portal, 'adam')
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

  it('LD-02: of files that a session sends at once, one is read', async () => {
    await adam.visitor.open('/harbour/manage/people/import')
    const form = () => {
      const sent = new FormData()
      sent.append('csrf', adam.visitor.csrf)
      sent.append('people', new Blob(['email\n', 'x'.repeat(4_000_000)]))
      return sent
    }
    const send = () => adam.visitor.send('POST', '/harbour/manage/people/import', form())
    const answers = await Promise.all([send(), send(), send(), send()])
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses).to.deep.equal([422, 429, 429, 429])
    expect((await send()).status).to.equal(422)
  })

  it('EN-03: files that were looked at before one another bring no more kinds of hashes than one may', async () => {
    const scrypts = (blocks: number[]) =>
      `username,hash\n${blocks.map((r) => `p${r},"$scrypt$ln=1,r=${r},p=1$c29tZXNhbHQ$${'A'.repeat(43)}"`).join('\n')}`
    const first = await lookedAt(portal, scrypts([1, 2, 3]))
    const other = await adam.look(scrypts([4, 5, 6]))
    await start(portal, first.found.id)
    await bringAll(portal)
    await adam.start(other)
    await bringAll(portal)
    const { found, bad } = await keptOf(portal, other)
    expect(found).to.include({ made: 1, skipped: 2 })
    expect(bad.flatMap(({ faults }) => faults.map(({ why }) => why))).to.deep.equal([
      'hash-kinds',
      'hash-kinds',
    ])
    expect(await portal.within('harbour', foreignCosts)).to.have.length(4)
  })

  it('TI-13: an import that fails holds up none of another organization', async () => {
    // In whatever order they are taken up: a round that ended at the first fault would know of one.
    const failing = ['harbour', 'summit']
    for (const slug of [...failing, 'meadow']) {
      const { found } = await lookedAt(portal, 'username,email\nsari,sari@lintas.example', slug)
      await start(portal, found.id, slug)
    }
    for (const slug of failing)
      await portal.within(slug, async (tx) => {
        const [batch] = await tx.sql<object, object[]>('import_batches')
        await tx.sql('import_batches').delete()
        await tx.sql('import_batches').insert({ ...batch, rows_sealed: 'nothing' })
      })
    const failed = await portal.app.importPeople().catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(AggregateError)
    expect((failed as AggregateError).errors).to.have.length(2)
    const there = await portal.within('meadow', (tx) =>
      tx.sql('accounts').where({ email: 'sari@lintas.example' }),
    )
    expect(there).to.have.length(1)
  })

  const setState = (state: string) =>
    portal.within('harbour', (tx) => tx.sql('organizations').where('id', tx.organizationId).update({ state }))

  it('TI-18: nobody is brought over into an organization that is suspended', async () => {
    const { found } = await lookedAt(portal, 'email\nsari@lintas.example')
    await start(portal, found.id, 'harbour', true)
    await setState('suspended')
    await bringAll(portal)
    expect((await keptOf(portal, found.id)).found).to.include({ state: 'running', made: 0 })
    await setState('active')
    await bringAll(portal)
    expect((await keptOf(portal, found.id)).found).to.include({ state: 'done', made: 1 })
  })
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
