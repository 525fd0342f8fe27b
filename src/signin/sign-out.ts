import { record, visitorOrigin } from '../audit/audit.ts'
import { withOrganization } from '../database/transaction.ts'
import type { Visitor } from '../platform/visitor.ts'
import { endSession, sessionOf } from '../sessions/store.ts'
import type { SignInParts } from './parts.ts'

/** Ends the session of a cookie's token on the server, so that a copy of the cookie opens nothing either (ASVS 7.4.1). */
export async function signOut(
  parts: SignInParts,
  organizationId: string,
  sessionToken: string,
  visitor: Visitor,
): Promise<void> {
  await withOrganization(parts.database, organizationId, async (tx) => {
    const session = await sessionOf(tx, sessionToken)
    if (!session) return
    await endSession(tx, sessionToken)
    await record(tx, parts.random, {
      kind: 'sign-out',
      outcome: 'success',
      origin: visitorOrigin(visitor, session.accountId),
      subjectId: session.accountId,
    })
  })
}
