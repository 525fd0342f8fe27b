import { bringOverSome } from '../../src/people/import/run.ts'
import { proposeImport, type Proposed } from '../../src/people/import/propose.ts'
import { startImportOfOperator } from '../../src/people/import/start.ts'
import { importById, nextBatch, type Import } from '../../src/people/import/store.ts'
import type { BadRow } from '../../src/people/import/row.ts'
import { invite } from '../../src/recovery/begin.ts'
import type { Portal } from './portal.ts'

/** bcrypt of "Tr4vel-Lamp!9", by libxcrypt. */
export const OLD_HASH = '$2b$06$abcdefghijklmnopqrstuuN9raKEcIA4tkGxrGxs69wNzWiUB4zH6'
export const OLD_PASSWORD = 'Tr4vel-Lamp!9'

/** A file of people, looked at in the name of whoever runs the server. */
export async function propose(portal: Portal, csv: string | Buffer, slug = 'harbour'): Promise<Proposed> {
  const { id } = await portal.organization(slug)
  const operator = () => Promise.resolve({ account: null, origin: { actor: 'operator' as const } })
  return proposeImport(portal.app.parts, id, operator, [Buffer.from(csv)])
}

/** What is kept of a file that was looked at. */
export async function lookedAt(
  portal: Portal,
  csv: string | Buffer,
  slug = 'harbour',
): Promise<{ found: Import; bad: BadRow[] }> {
  const proposed = await propose(portal, csv, slug)
  if (proposed.outcome !== 'proposed') throw new Error(`not proposed: ${JSON.stringify(proposed)}`)
  return keptOf(portal, proposed.id, slug)
}

/** An import as it stands, with its bad rows. */
export async function keptOf(
  portal: Portal,
  id: string,
  slug = 'harbour',
): Promise<{ found: Import; bad: BadRow[] }> {
  return portal.within(slug, async (tx) => {
    const found = await importById(tx, id)
    if (!found) throw new Error('no such import')
    const bad: BadRow[] = []
    let batch = await nextBatch(tx, portal.app.parts.secrets, id, 'bad')
    for (; batch; batch = await nextBatch(tx, portal.app.parts.secrets, id, 'bad', batch.number))
      bad.push(...batch.rows)
    return { found, bad }
  })
}

/** Starts what was proposed, in the name of whoever runs the server. */
export async function start(portal: Portal, importId: string, slug = 'harbour', invites = false) {
  const { id } = await portal.organization(slug)
  return startImportOfOperator(portal.app.parts, id, { importId, invites })
}

/** Brings over a few rows of an import. */
export async function bringSome(portal: Portal, importId: string, slug = 'harbour'): Promise<number> {
  const { id } = await portal.organization(slug)
  const { parts } = portal.app
  return bringOverSome({ ...parts, invite: (tx, ...of) => invite(parts, tx, ...of) }, id, importId)
}

/** Brings everybody over, as the worker does. */
export async function bringAll(portal: Portal): Promise<void> {
  while ((await portal.app.importPeople()) > 0);
}

/** Brings a file over from its look to its end, and tells what became of it. */
export async function broughtOver(
  portal: Portal,
  csv: string,
  slug = 'harbour',
  invites = false,
): Promise<{ found: Import; bad: BadRow[] }> {
  const { found } = await lookedAt(portal, csv, slug)
  await start(portal, found.id, slug, invites)
  await bringAll(portal)
  return keptOf(portal, found.id, slug)
}
