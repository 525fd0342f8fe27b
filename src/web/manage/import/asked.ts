import type { Context } from 'koa'
import { withOrganization, type Transaction } from '../../../database/transaction.ts'
import { importById, type Import } from '../../../people/import/store.ts'
import { isId } from '../../../platform/random.ts'
import { Refused } from '../../errors.ts'
import type { GoTo } from '../../page.ts'
import { pathPart, signedInPerson, type Visit } from '../../visit.ts'

/** The id in the address. Throws 404 for what can be none. */
export function idOfImport(ctx: Context): string {
  const id = pathPart(ctx, 'id')
  if (!isId(id)) throw new Refused(404)
  return id
}

/** The import that an address names. Throws 404 for what is not there, also for what is another organization's. */
export async function importAsked(tx: Transaction, ctx: Context): Promise<Import> {
  const found = await importById(tx, idOfImport(ctx))
  if (!found || found.state === 'reading') throw new Refused(404)
  return found
}

/** To the page of an import that is decided about already. Throws 404 like `importAsked`. */
export async function stillThere({ parts, organization }: Visit, ctx: Context): Promise<GoTo> {
  const { id } = await withOrganization(parts.database, organization.id, (tx) => importAsked(tx, ctx))
  return { goTo: `/manage/people/import/${id}` }
}

/** Whether an import is its reader's to start; an owner may stop those of others too. */
export function mayDecide(visit: Visit, { madeBy }: Import): { start: boolean; stop: boolean } {
  const { id, role } = signedInPerson(visit).account
  return { start: madeBy === id, stop: madeBy === id || role === 'owner' }
}
