import { lockSignedIn, type SignedIn } from '../../access/signed-in.ts'
import { record, visitorOrigin, type Origin } from '../../audit/audit.ts'
import { withOrganization, type Transaction } from '../../database/transaction.ts'
import type { Random } from '../../platform/random.ts'
import { mayMake } from '../add.ts'
import type { ImportParts } from './propose.ts'
import {
  changeImport,
  claimRun,
  dropImport,
  endRun,
  eraseGoodRows,
  lockImport,
  takeStuckImport,
  type Import,
} from './store.ts'

/** `over`: the session is not there any more, or its person runs the organization no more. `gone`: it waits no more. */
export type ImportStarted = { outcome: 'started' | 'over' | 'gone' | 'not-theirs' | 'another-runs' }
/** `forgotten`: it had only been looked at. */
export type ImportStopped = { outcome: 'stopped' | 'forgotten' | 'over' | 'gone' | 'not-theirs' }

/** What was decided of an import. */
interface Wanted {
  importId: string
  /** Whether those who bring no password along get a mail with which to choose one. */
  invites: boolean
}

/** Lets the worker bring people over, in the name of who is signed in and sent the file: nobody else answers for it. */
export async function startImport(
  parts: ImportParts,
  organizationId: string,
  who: SignedIn,
  wanted: Wanted,
): Promise<ImportStarted> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<ImportStarted> => {
    const found = await lockImport(tx, wanted.importId)
    const account = (await lockSignedIn(tx, who))?.account
    if (!account || !mayMake(account)) return { outcome: 'over' }
    if (found?.state !== 'proposed') return { outcome: 'gone' }
    if (found.madeBy !== account.id) return { outcome: 'not-theirs' }
    return run(parts, tx, found, wanted.invites, visitorOrigin(who.visitor, account.id))
  })
}

/** Like `startImport`, for whoever runs the server. */
export async function startImportOfOperator(
  parts: ImportParts,
  organizationId: string,
  { importId, invites }: Wanted,
): Promise<ImportStarted> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<ImportStarted> => {
    const found = await lockImport(tx, importId)
    if (found?.state !== 'proposed' || found.madeBy !== null) return { outcome: 'gone' }
    return run(parts, tx, found, invites, { actor: 'operator' })
  })
}

/** One at a time for each organization: of two that are started at once, one is told that another runs. */
async function run(
  { random }: ImportParts,
  tx: Transaction,
  { id, good }: Import,
  invites: boolean,
  origin: Origin,
): Promise<ImportStarted> {
  if (!(await claimRun(tx, id))) return { outcome: 'another-runs' }
  await changeImport(tx, id, { state: 'running', invites })
  await record(tx, random, {
    kind: 'people.import-started',
    outcome: 'success',
    origin,
    detail: { import: id, people: good, invites },
  })
  return { outcome: 'started' }
}

/**
 * Stops an import, or forgets one that was only looked at: by who sent the file, or by an owner. Who was brought over by then
 * stays; who was not is erased.
 */
export async function stopImport(
  parts: ImportParts,
  organizationId: string,
  who: SignedIn,
  importId: string,
): Promise<ImportStopped> {
  return withOrganization(parts.database, organizationId, async (tx): Promise<ImportStopped> => {
    const found = await lockImport(tx, importId)
    const account = (await lockSignedIn(tx, who))?.account
    if (!account || !mayMake(account)) return { outcome: 'over' }
    if (!found || !['proposed', 'running'].includes(found.state)) return { outcome: 'gone' }
    if (found.madeBy !== account.id && account.role !== 'owner') return { outcome: 'not-theirs' }
    if (found.state === 'proposed') {
      await dropImport(tx, importId)
      return { outcome: 'forgotten' }
    }
    await endImport(parts, tx, found, 'stopped', visitorOrigin(who.visitor, account.id))
    return { outcome: 'stopped' }
  })
}

/** Stops the import that runs here if nothing was done with it for so long that its rows are over. Returns how many there were: 1 or 0. */
export async function stopStuckImport(tx: Transaction, random: Random): Promise<number> {
  const stuck = await takeStuckImport(tx)
  if (stuck) await endImport({ random }, tx, stuck, 'stopped', { actor: 'system' })
  return stuck ? 1 : 0
}

/** Ends an import that ran, and erases the rows that it did not come to. */
export async function endImport(
  { random }: Pick<ImportParts, 'random'>,
  tx: Transaction,
  { id, made, skipped }: Import,
  state: 'done' | 'stopped',
  origin: Origin,
): Promise<void> {
  await eraseGoodRows(tx, id)
  await endRun(tx, id)
  await changeImport(tx, id, { state })
  await record(tx, random, {
    kind: 'people.import-ended',
    outcome: state === 'done' ? 'success' : 'refused',
    origin,
    detail: { import: id, made, skipped, ending: state },
  })
}
