import { isId } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'

const UNDOING = 'undo a change'

/** What names a change in the address of its letter's link. */
export interface ChangeLink {
  changeId: string
  token: string
}

/** The address that undoes a change. Only the server can make it, so that no secret need rest in the queue or the database. */
export function linkToUndo(
  { secrets, publicUrl }: { secrets: Secrets; publicUrl: string },
  { id, slug }: { id: string; slug: string },
  changeId: string,
): string {
  return `${publicUrl}/${slug}${pageToUndo(secrets, id, changeId)}`
}

/** The page of that address, below the organization's. */
export function pageToUndo(secrets: Secrets, organizationId: string, changeId: string): string {
  const token = secrets.keyedHash(UNDOING, organizationId, changeId)
  return `/recover/undo-change?change=${changeId}&token=${token}`
}

/** Whether an address was made by `linkToUndo` for this organization. */
export function isLinkToUndo(
  secrets: Secrets,
  organizationId: string,
  { changeId, token }: ChangeLink,
): boolean {
  return isId(changeId) && secrets.isKeyedHash(token, UNDOING, organizationId, changeId)
}
