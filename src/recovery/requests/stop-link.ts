import { isId } from '../../platform/random.ts'
import type { Secrets } from '../../platform/secrets.ts'

const STOPPING = 'cancel a request'

/** What names a request in the address of its letters' link. */
export interface StopLink {
  requestId: string
  token: string
}

/** The address that stops a request. Only the server can make it, so that no secret need rest in the queue or the database. */
export function linkToStop(
  { secrets, publicUrl }: { secrets: Secrets; publicUrl: string },
  { id, slug }: { id: string; slug: string },
  requestId: string,
): string {
  const token = secrets.keyedHash(STOPPING, id, requestId)
  return `${publicUrl}/${slug}/recover/stop-request?request=${requestId}&token=${token}`
}

/** Whether an address was made by `linkToStop` for this organization. */
export function isLinkToStop(
  secrets: Secrets,
  organizationId: string,
  { requestId, token }: StopLink,
): boolean {
  return isId(requestId) && secrets.isKeyedHash(token, STOPPING, organizationId, requestId)
}
