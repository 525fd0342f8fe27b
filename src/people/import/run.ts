import { newAccount, type Account } from '../../accounts/account.ts'
import { addAccounts, lockAccount } from '../../accounts/store.ts'
import { recordAll, type Origin } from '../../audit/audit.ts'
import { addForeignPasswords, foreignCosts } from '../../credentials/store.ts'
import { withOrganization, withoutOrganization, type Transaction } from '../../database/transaction.ts'
import { currentSettings, type SettingsVersion } from '../../organizations/store.ts'
import { after } from '../../platform/clock.ts'
import { newId } from '../../platform/random.ts'
import { mayMake } from '../add.ts'
import { tellOwners } from '../tell.ts'
import { MOST_HASH_KINDS, rulesFor, type ImportParts } from './propose.ts'
import { asBad, mayGive, type BadRow, type GoodRow, type RowRules } from './row.ts'
import { sift } from './sift.ts'
import { endImport } from './start.ts'
import {
  addBatch,
  changeImport,
  eraseGoodRows,
  importsToRun,
  nextBatch,
  nextNumber,
  takeImport,
  type Import,
} from './store.ts'

/** Queues the mail that lets a person set their first password. */
export type InviteLater = (
  tx: Transaction,
  settings: SettingsVersion,
  person: Account & { email: string },
  by: Origin,
  dueAt: Date,
) => Promise<void>

interface RunParts extends ImportParts {
  invite: InviteLater
}

/** Five a second: as with those who are asked to add what is missing, whoever waits for a link stands in no line behind them. */
const BETWEEN_INVITATIONS_MS = 200

/**
 * Brings over a few rows of every import that runs, of any organization, and tells how many rows that were; 0: none runs. Throws
 * what was wrong with one of them when it has been at all: no organization waits for another's (TI-13).
 */
export async function bringPeopleOver(parts: RunParts, stop?: AbortSignal): Promise<number> {
  let rows = 0
  const faults: unknown[] = []
  for (const { organization_id, import_id } of await withoutOrganization(parts.database, importsToRun)) {
    if (stop?.aborted) break
    try {
      rows += await bringOverSome(parts, organization_id, import_id)
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, 'imports that failed')
  return rows
}

/**
 * Brings over the next rows of an import and tells how many that were; 0 when it is over, or in somebody else's hands. Its
 * accounts, all that belongs to them and that they are done stand in one transaction: whoever is killed in the middle leaves
 * nothing behind, and whoever comes next goes on there.
 */
export async function bringOverSome(
  parts: RunParts,
  organizationId: string,
  importId: string,
): Promise<number> {
  return withOrganization(parts.database, organizationId, async (tx) => {
    const found = await takeImport(tx, importId)
    if (found?.state !== 'running') return 0
    // Held: a role that is taken away in this moment is gone before the rows, or after them, and not between.
    const maker = found.madeBy === null ? null : await lockAccount(tx, found.madeBy)
    const origin: Origin = maker ? { actor: 'person', actorId: maker.id } : { actor: 'operator' }
    // Who does not run the organization any more makes nobody an account in it.
    if (found.madeBy !== null && !(maker && mayMake(maker))) {
      await endImport(parts, tx, found, 'stopped', { actor: 'system' })
      return 0
    }
    const batch = await nextBatch(tx, parts.secrets, importId, 'good')
    if (!batch) {
      await endImport(parts, tx, found, 'done', origin)
      return 0
    }
    const rules = await rulesFor(tx, maker?.role ?? null)
    const by = { maker, rules, origin }
    const { made, there, skipped } = await makeAccounts(parts, tx, { rows: batch.rows, by, of: found })
    await eraseGoodRows(tx, importId, batch.number)
    await addBatch(tx, parts.secrets, importId, 'bad', {
      number: await nextNumber(tx, importId),
      rows: skipped,
    })
    await changeImport(tx, importId, {
      good: found.good - there,
      there: found.there + there,
      made: found.made + made,
      skipped: found.skipped + skipped.length,
    })
    return batch.rows.length
  })
}

/** In whose name accounts are made; null: whoever runs the server. */
interface MakerOfAll {
  maker: Account | null
  rules: RowRules
  origin: Origin
}

/** What came of rows: accounts, people who had come by themselves, and rows of which nothing is made. */
interface MadeOf {
  made: number
  there: number
  skipped: BadRow[]
}

/** Makes accounts of rows that are still good, with all that belongs to them. */
async function makeAccounts(
  parts: RunParts,
  tx: Transaction,
  { rows, by, of }: { rows: GoodRow[]; by: MakerOfAll; of: Import },
): Promise<MadeOf> {
  const { allowed, there, refused } = await judge(tx, rows, by.rules)
  const accounts = allowed.map((row) => ({
    row,
    account: accountFrom(newId(parts.random, tx.now), row, tx.now),
  }))
  const added = await addAccounts(
    tx,
    accounts.map(({ account }) => account),
  )
  const made = accounts.filter(({ account }) => added.has(account.id))
  const late = accounts
    .filter(({ account }) => !added.has(account.id))
    .map(({ row }) => asBad(row, [{ column: row.email === null ? 'username' : 'email', why: 'taken' }]))
  await addForeignPasswords(
    tx,
    made.flatMap(({ row: { hash }, account }) =>
      hash ? [{ accountId: account.id, hash: hash.text, kind: hash.kind, work: hash.work }] : [],
    ),
  )
  await recordAndTell(parts, tx, { people: made.map(({ account }) => account), by, of })
  if (of.invites) await inviteAll(parts, tx, made, by.origin, of)
  return { made: made.length, there: there.length, skipped: [...refused, ...late] }
}

/** Looks at rows once more: somebody may have signed up meanwhile, another file been brought over, or the maker's role be another. */
async function judge(
  tx: Transaction,
  rows: GoodRow[],
  rules: RowRules,
): Promise<{ allowed: GoodRow[]; there: GoodRow[]; refused: BadRow[] }> {
  const { free, there, taken } = await sift(tx, rows)
  const kinds = new Set((await foreignCosts(tx)).map(({ kind }) => kind))
  const [allowed, refused]: [GoodRow[], BadRow[]] = [[], taken]
  for (const row of free) {
    const bad = whyNot(row, rules, kinds)
    if (bad) refused.push(bad)
    else {
      allowed.push(row)
      if (row.hash) kinds.add(row.hash.kind)
    }
  }
  return { allowed, there, refused }
}

/** Why nothing is made of a row by today's rules, and the kinds of hashes that there are; null: something is. */
function whyNot(row: GoodRow, { maker, needsUsername }: RowRules, kinds: ReadonlySet<string>): BadRow | null {
  if (!mayGive(maker, row.role)) return asBad(row, [{ column: 'role', why: 'role-not-yours' }])
  if (needsUsername && row.username === null)
    return asBad(row, [{ column: 'username', why: 'needs-username' }])
  const isOneMore = row.hash !== null && !kinds.has(row.hash.kind)
  if (isOneMore && kinds.size >= MOST_HASH_KINDS)
    return asBad(row, [{ column: 'password_hash', why: 'hash-kinds' }])
  return null
}

/** Whoever comes to run the organization is told of as at every other role that is given: a file is no quiet way to one more owner. */
async function recordAndTell(
  { random }: RunParts,
  tx: Transaction,
  { people, by: { maker, origin }, of }: { people: Account[]; by: MakerOfAll; of: Import },
): Promise<void> {
  const event = { kind: 'person.created', outcome: 'success', origin, detail: { import: of.id } } as const
  await recordAll(
    tx,
    random,
    people.map(({ id }) => ({ ...event, subjectId: id })),
  )
  for (const person of people)
    if (person.role !== 'member') await tellOwners(tx, random, { person, manager: maker }, person.role)
}

async function inviteAll(
  parts: RunParts,
  tx: Transaction,
  made: { row: GoodRow; account: Account }[],
  origin: Origin,
  { made: before }: Import,
): Promise<void> {
  const settings = await currentSettings(tx)
  for (const [index, { row, account }] of made.entries()) {
    const { email } = account
    if (email === null || row.hash) continue
    const dueAt = after(tx.now, (before + index) * BETWEEN_INVITATIONS_MS)
    await parts.invite(tx, settings, { ...account, email }, origin, dueAt)
  }
}

/** The address is vouched for by who brings the person over, as at an invitation; the phone never is. */
function accountFrom(id: string, { username, email, phone, fullName, role }: GoodRow, now: Date): Account {
  return newAccount({
    id,
    username,
    fullName,
    role,
    email,
    emailVerifiedAt: email === null ? null : now,
    phone,
    phoneChangedAt: phone === null ? null : now,
  })
}
