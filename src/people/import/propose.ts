import { canonicalEmail } from '../../accounts/identifiers.ts'
import type { Role } from '../../accounts/account.ts'
import { foreignCosts } from '../../credentials/store.ts'
import type { Database } from '../../database/connect.ts'
import { withOrganization, type Transaction } from '../../database/transaction.ts'
import { countryAssumed } from '../../organizations/settings.ts'
import { currentSettings } from '../../organizations/store.ts'
import { newId, type Random } from '../../platform/random.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { FindMaker } from '../add.ts'
import { readHeader, type Header, type HeaderFault } from './columns.ts'
import { readCsv, type CsvFault } from './csv.ts'
import { asBad, isGood, readRow, type BadRow, type GoodRow, type RowRules } from './row.ts'
import { sift } from './sift.ts'
import { addBatch, addImport, changeImport, dropImport, dropProposals } from './store.ts'

/** What importing people is built from. */
export interface ImportParts {
  database: Database
  random: Random
  secrets: Secrets
}

/** Why a file is not looked at any further. */
export type FileFault = CsvFault | HeaderFault | 'no-rows' | 'too-many-rows'

/** `no-such-maker`: they do not run the organization, or are not signed in any more. */
export type Proposed =
  | { outcome: 'proposed'; id: string }
  | { outcome: 'unread'; fault: FileFault; row: number }
  | { outcome: 'no-such-maker' }

export const MOST_ROWS = 200_000
/** Rows that are looked at, and later brought over, in one transaction. */
const ROWS_AT_ONCE = 250
/** Each check of a password then costs one more of each kind, for everybody. */
export const MOST_HASH_KINDS = 4
/** People of a file who are to run the organization: every owner gets a letter about each. */
const MOST_MANAGERS = 20

/**
 * Looks at a file of people and keeps what would be made of it, sealed and for a day: nothing else is changed. What somebody had
 * looked at before and did not bring over is forgotten. Rows are looked at a few at a time; of all of them only the names stay in memory, to see who stands there twice.
 */
export async function proposeImport(
  parts: ImportParts,
  organizationId: string,
  findMaker: FindMaker,
  file: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Proposed> {
  const within = <Result>(work: (tx: Transaction) => Promise<Result>) =>
    withOrganization(parts.database, organizationId, work)
  const begun = await within((tx) => begin(parts, tx, findMaker))
  if (!begun) return { outcome: 'no-such-maker' }
  const { id, look } = begun
  const unread = async (fault: FileFault, row: number): Promise<Proposed> => {
    await within((tx) => dropImport(tx, id))
    return { outcome: 'unread', fault, row }
  }
  let header: Header | null = null
  let waiting: { row: number; cells: string[] }[] = []
  const lookAtWaiting = async (known: Header) => {
    if (waiting.length > 0) await within((tx) => look.at(tx, waiting, known))
    waiting = []
  }
  for await (const item of readCsv(file)) {
    if ('fault' in item) return unread(item.fault, item.row)
    // Empty lines count: nobody else waits for as many as fit into a file.
    if (item.row > MOST_ROWS + 1) return unread('too-many-rows', item.row)
    if (item.cells.length === 0) continue
    if (header) waiting.push(item)
    else {
      const read = readHeader(item.cells)
      if (typeof read === 'string') return unread(read, item.row)
      header = read
    }
    if (waiting.length >= ROWS_AT_ONCE) await lookAtWaiting(header)
  }
  if (!header) return unread('no-header', 1)
  const { unread: columns } = header
  await lookAtWaiting(header)
  const { good, bad, there } = look.counts
  if (good + bad + there === 0) return unread('no-rows', 1)
  await within((tx) => changeImport(tx, id, { state: 'proposed', unread: columns, ...look.counts }))
  return { outcome: 'proposed', id }
}

async function begin(parts: ImportParts, tx: Transaction, findMaker: FindMaker) {
  const maker = await findMaker(tx)
  if (!maker) return null
  const madeBy = maker.account?.id ?? null
  const id = newId(parts.random, tx.now)
  await dropProposals(tx, madeBy)
  await addImport(tx, id, madeBy)
  const rules = await rulesFor(tx, maker.account?.role ?? null)
  const kinds = (await foreignCosts(tx)).map(({ kind }) => kind)
  return { id, look: new Look(parts, id, rules, kinds) }
}

/** What rows are judged by as the organization is set by now. */
export async function rulesFor(tx: Transaction, maker: Role | null): Promise<RowRules> {
  const { settings } = await currentSettings(tx)
  return {
    maker,
    needsUsername: settings.recovery.identifier === 'username',
    country: countryAssumed(settings),
  }
}

/** A look through a file, from its first rows to its last. */
class Look {
  readonly counts = { good: 0, bad: 0, there: 0, toInvite: 0, managers: 0 }
  readonly #parts: ImportParts
  readonly #importId: string
  readonly #rules: RowRules
  readonly #kinds: Set<string>
  readonly #named = new Set<string>()
  #managers = 0
  #number = 0

  constructor(parts: ImportParts, importId: string, rules: RowRules, kinds: readonly string[]) {
    this.#parts = parts
    this.#importId = importId
    this.#rules = rules
    this.#kinds = new Set(kinds)
  }

  /** Judges the next rows and keeps them, the good and the bad. */
  async at(tx: Transaction, rows: { row: number; cells: string[] }[], header: Header): Promise<void> {
    const read = rows.map((row) => this.#withinFile(readRow(row, header, this.#rules)))
    const { free, there, taken } = await sift(tx, read.filter(isGood))
    const bad = [...read.filter((row): row is BadRow => !isGood(row)), ...taken]
    bad.sort((one, other) => one.row - other.row)
    const { secrets } = this.#parts
    await addBatch(tx, secrets, this.#importId, 'good', { number: (this.#number += 1), rows: free })
    await addBatch(tx, secrets, this.#importId, 'bad', { number: (this.#number += 1), rows: bad })
    this.counts.good += free.length
    this.counts.bad += bad.length
    this.counts.there += there.length
    this.counts.managers += free.filter(({ role }) => role !== 'member').length
    this.counts.toInvite += free.filter(({ email, hash }) => email !== null && !hash).length
  }

  /** What only the rows before it tell: that somebody stands there twice, or that there are too many kinds of hashes or people with a role. */
  #withinFile(row: GoodRow | BadRow): GoodRow | BadRow {
    if (!isGood(row)) return row
    const faults: BadRow['faults'] = []
    const { username, email, role, hash } = row
    const names = [username && `u ${username}`, email && `e ${canonicalEmail(email)}`] as const
    if (names[0] && this.#named.has(names[0])) faults.push({ column: 'username', why: 'twice' })
    if (names[1] && this.#named.has(names[1])) faults.push({ column: 'email', why: 'twice' })
    for (const name of names) if (name) this.#named.add(name)
    if (role !== 'member' && this.#managers >= MOST_MANAGERS)
      faults.push({ column: 'role', why: 'managers-many' })
    if (hash && !this.#kinds.has(hash.kind) && this.#kinds.size >= MOST_HASH_KINDS)
      faults.push({ column: 'password_hash', why: 'hash-kinds' })
    if (faults.length > 0) return asBad(row, faults)
    if (hash) this.#kinds.add(hash.kind)
    if (role !== 'member') this.#managers += 1
    return row
  }
}
