import { isId } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'

const KEEPING = 'keep an account'

/** Which deletion of which account a letter is about: one that is asked for later has another instant. */
export interface DueDeletion {
  accountId: string
  /** An ISO 8601 instant. */
  dueAt: string
}

/** What names a deletion in the address of its letter's link. */
export interface KeepLink extends DueDeletion {
  token: string
}

/** The address that keeps an account. Only the server can make it, so that no secret need rest in the queue or the database. */
export function linkToKeep(
  { secrets, publicUrl }: { secrets: Secrets; publicUrl: string },
  { id, slug }: { id: string; slug: string },
  { accountId, dueAt }: DueDeletion,
): string {
  const token = secrets.keyedHash(KEEPING, id, accountId, dueAt)
  const due = encodeURIComponent(dueAt)
  return `${publicUrl}/${slug}/recover/keep-account?account=${accountId}&due=${due}&token=${token}`
}

/** Whether an address was made by `linkToKeep` for this organization. */
export function isLinkToKeep(
  secrets: Secrets,
  organizationId: string,
  { accountId, dueAt, token }: KeepLink,
): boolean {
  return isId(accountId) && secrets.isKeyedHash(token, KEEPING, organizationId, accountId, dueAt)
}
