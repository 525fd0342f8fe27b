import { deleteBatch } from '../../database/purge.ts'
import type { SystemTransaction, TenantRow, Transaction } from '../../database/transaction.ts'
import { after, DAY } from '../../platform/clock.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { BadRow, GoodRow } from './row.ts'

/** `reading`: its file is being looked at. `proposed`: nothing was changed yet. */
export type ImportState = 'reading' | 'proposed' | 'running' | 'done' | 'stopped'

/** A file of people, looked at and perhaps brought over. */
export interface Import {
  id: string
  /** The account of whoever makes it; null: whoever runs the server. */
  madeBy: string | null
  madeAt: Date
  state: ImportState
  /** Whether those without a password of their own are invited. */
  invites: boolean
  unread: string[]
  /** Rows that were good and bad when the file was looked at, and of people who were here, or had come by themselves before their turn. */
  good: number
  bad: number
  there: number
  /** Of the good ones, those with an address and without a password. */
  toInvite: number
  /** Of the good ones, those who come to run the organization. */
  managers: number
  /** Of the good ones, those who have an account by now, and those who have none after all. */
  made: number
  skipped: number
}

interface ImportRow extends TenantRow {
  id: string
  made_by: string | null
  made_at: Date
  state: ImportState
  invites: boolean
  unread: string[]
  good: number
  bad: number
  there: number
  to_invite: number
  managers: number
  made: number
  skipped: number
  moved_at: Date
}

interface BatchRow extends TenantRow {
  import_id: string
  number: number
  kind: 'good' | 'bad'
  rows_sealed: string
}

interface RunningRow {
  organization_id: string
  import_id: string
}

/** What people's rows are kept for: to be brought over, and to be looked at by whoever sent a bad one. */
const ROWS_KEPT_FOR_MS = DAY
/** That there was an import, and how many people it brought. */
const KEPT_FOR_MS = 90 * DAY

/** Keeps that a file is being looked at. */
export async function addImport(tx: Transaction, id: string, madeBy: string | null): Promise<void> {
  await tx.insert<ImportRow>('imports', {
    id,
    made_by: madeBy,
    made_at: tx.now,
    state: 'reading',
    invites: false,
    unread: asJson([]),
    good: 0,
    bad: 0,
    there: 0,
    to_invite: 0,
    managers: 0,
    made: 0,
    skipped: 0,
    moved_at: tx.now,
  })
}

/** What changes of an import. */
type Change = Partial<Omit<Import, 'id' | 'madeBy' | 'madeAt'>>

/** Changes an import; it has moved by that. */
export async function changeImport(tx: Transaction, id: string, change: Change): Promise<void> {
  const { toInvite, unread, ...same } = change
  await tx
    .rows<ImportRow>('imports')
    .where({ id })
    .update({
      ...same,
      ...(toInvite === undefined ? {} : { to_invite: toInvite }),
      ...(unread === undefined ? {} : { unread: asJson(unread) }),
      moved_at: tx.now,
    })
}

/** The import of an id; null when there is none in this organization. */
export async function importById(tx: Transaction, id: string): Promise<Import | null> {
  const row = await tx.rows<ImportRow>('imports').where({ id }).first()
  return row ? shown(row) : null
}

/**
 * Like `importById`, and nobody else moves it until the transaction ends. Waits for who is just moving it. Before any account: who
 * held theirs first and the worker, which holds an import and then its maker, would wait for each other.
 */
export async function lockImport(tx: Transaction, id: string): Promise<Import | null> {
  const row = await tx.rows<ImportRow>('imports').where({ id }).forUpdate().first()
  return row ? shown(row) : null
}

/** Like `lockImport`, and null too while somebody else moves it. */
export async function takeImport(tx: Transaction, id: string): Promise<Import | null> {
  const row = await tx.rows<ImportRow>('imports').where({ id }).forUpdate().skipLocked().first()
  return row ? shown(row) : null
}

/** The latest imports, newest first; those that were only looked at stand in no list. */
export async function latestImports(tx: Transaction, most: number): Promise<Import[]> {
  const rows = await tx
    .rows<ImportRow>('imports')
    .whereIn('state', ['running', 'done', 'stopped'])
    .orderBy([
      { column: 'made_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(most)
  return rows.map(shown)
}

/** Forgets what somebody only had looked at, but not what somebody starts in this moment, nor a file that is being read. */
export async function dropProposals(tx: Transaction, madeBy: string | null): Promise<void> {
  const imports = () => tx.rows<ImportRow>('imports')
  const old = imports().where({ made_by: madeBy, state: 'proposed' }).forUpdate().skipLocked()
  await imports().whereIn('id', old.select('id')).delete()
}

/** Forgets an import with all that is left of its rows. */
export async function dropImport(tx: Transaction, id: string): Promise<void> {
  await tx.rows<ImportRow>('imports').where({ id }).delete()
}

/** Rows of an import, together under one number. */
export interface Batch<Row> {
  number: number
  rows: Row[]
}

type RowsOf = { good: GoodRow; bad: BadRow }

/** Keeps rows of an import, sealed. */
export async function addBatch<Kind extends keyof RowsOf>(
  tx: Transaction,
  secrets: Secrets,
  importId: string,
  kind: Kind,
  { number, rows }: Batch<RowsOf[Kind]>,
): Promise<void> {
  if (rows.length === 0) return
  await tx.insert<BatchRow>('import_batches', {
    import_id: importId,
    number,
    kind,
    rows_sealed: secrets.seal(JSON.stringify(rows), contextOf(importId, number)),
  })
}

/** The first rows of a kind after a number; null when there are none, or not any more. */
export async function nextBatch<Kind extends keyof RowsOf>(
  tx: Transaction,
  secrets: Secrets,
  importId: string,
  kind: Kind,
  after = 0,
): Promise<Batch<RowsOf[Kind]> | null> {
  const row = await tx
    .rows<BatchRow>('import_batches')
    .where({ import_id: importId, kind })
    .where('number', '>', after)
    .orderBy('number')
    .first()
  if (!row) return null
  const text = secrets.open(row.rows_sealed, contextOf(importId, row.number))
  return { number: row.number, rows: JSON.parse(text) as RowsOf[Kind][] }
}

/** The number under which more rows may be kept. */
export async function nextNumber(tx: Transaction, importId: string): Promise<number> {
  const last = await tx
    .rows<BatchRow>('import_batches')
    .where({ import_id: importId })
    .orderBy('number', 'desc')
    .first()
  return (last?.number ?? 0) + 1
}

/** Erases good rows: those of a number, or all that are left. */
export async function eraseGoodRows(tx: Transaction, importId: string, number?: number): Promise<void> {
  const rows = tx.rows<BatchRow>('import_batches').where({ import_id: importId, kind: 'good' })
  await (number === undefined ? rows : rows.where({ number })).delete()
}

/** Makes an import the one that runs; false where another one does. */
export async function claimRun(tx: Transaction, importId: string): Promise<boolean> {
  const claimed = await runningImports(tx)
    .insert({ organization_id: tx.organizationId, import_id: importId })
    .onConflict('organization_id')
    .ignore()
    .returning('import_id')
  return claimed.length === 1
}

/** Lets another import run. */
export async function endRun(tx: Transaction, importId: string): Promise<void> {
  await runningImports(tx).where({ organization_id: tx.organizationId, import_id: importId }).delete()
}

/** Every import that runs, of any organization but those that are suspended: theirs wait (TI-18). */
export async function importsToRun(tx: SystemTransaction): Promise<RunningRow[]> {
  const active = tx.sql<{ id: string; state: string }>('organizations').where({ state: 'active' })
  return runningImports(tx).whereIn('organization_id', active.select('id'))
}

/** The import that runs in this organization; null when none does. */
export async function runningHere(tx: Transaction): Promise<string | null> {
  const row = await runningImports(tx).where({ organization_id: tx.organizationId }).first()
  return row?.import_id ?? null
}

/** The import that runs here and that nobody has moved for a day, held until the transaction ends; null when there is none. */
export async function takeStuckImport(tx: Transaction): Promise<Import | null> {
  const row = await tx
    .rows<ImportRow>('imports')
    .where({ state: 'running' })
    .where('moved_at', '<=', after(tx.now, -ROWS_KEPT_FOR_MS))
    .forUpdate()
    .skipLocked()
    .first()
  return row ? shown(row) : null
}

/** Erases the rows of which nothing was made a day after the last that was done with their import, and old imports, one batch of them. */
export async function purgeImports(tx: Transaction): Promise<number> {
  const imports = () => tx.rows<ImportRow>('imports')
  const over = after(tx.now, -ROWS_KEPT_FOR_MS)
  const batches = await tx
    .rows<BatchRow>('import_batches')
    .whereIn('import_id', imports().whereNot('state', 'running').where('moved_at', '<=', over).select('id'))
    .delete()
  const proposals = await deleteBatch(imports, (old) =>
    old.whereIn('state', ['reading', 'proposed']).where('moved_at', '<=', over),
  )
  const old = await deleteBatch(imports, (any) => any.where('moved_at', '<=', after(tx.now, -KEPT_FOR_MS)))
  return batches + proposals + old
}

/** Which imports run; they belong to no organization, like the queue of messages. */
function runningImports({ sql }: SystemTransaction) {
  return sql<RunningRow, RunningRow[]>('running_imports')
}

/** A list as a jsonb column takes it: an array would become one of PostgreSQL's own. */
function asJson(list: string[]): string[] {
  return JSON.stringify(list) as unknown as string[]
}

function contextOf(importId: string, number: number): string {
  return `import_batches.${importId}.${number}`
}

function shown(row: ImportRow): Import {
  return {
    id: row.id,
    madeBy: row.made_by,
    madeAt: row.made_at,
    state: row.state,
    invites: row.invites,
    unread: row.unread,
    good: row.good,
    bad: row.bad,
    there: row.there,
    toInvite: row.to_invite,
    managers: row.managers,
    made: row.made,
    skipped: row.skipped,
  }
}
