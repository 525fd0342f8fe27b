import { after, HOUR, MINUTE } from '../platform/clock.ts'

/** A person's signed-in browser. The token itself is only in that browser's cookie; here is its hash. */
export interface Session {
  /** What pages and forms call it: it opens nothing, and stays when the token changes. */
  id: string
  tokenHash: Buffer
  accountId: string
  /** When its person proved who they are, at sign-in or again since. */
  authenticatedAt: Date
  lastSeenAt: Date
}

/** NIST SP 800-63B-4 §2.2.3 (AAL2) allows an hour idle and 24 hours; ASVS 7.3.1, 7.3.2 ask that both be stated. */
export const IDLE_LIMIT = 30 * MINUTE
export const ABSOLUTE_LIMIT = 12 * HOUR

/** Of the pages of who runs an organization: shorter, for what one can do there to others. */
export const MANAGING_IDLE_LIMIT = 15 * MINUTE

/** How old a proof of who one is may be where something sensitive is changed (ASVS 7.5.1). */
export const FRESH_FOR = 10 * MINUTE

/** The eleventh session of an account ends the one unused for longest (ASVS 7.1.2). */
export const MOST_PER_ACCOUNT = 10

/** Whether a session still counts, by the server's clock alone. */
export function isLive(session: Session, now: Date): boolean {
  return now < after(session.lastSeenAt, IDLE_LIMIT) && now < after(session.authenticatedAt, ABSOLUTE_LIMIT)
}

/** Whether a session was not seen for longer than it may be where somebody runs an organization. */
export function isLeftOpenManaging({ lastSeenAt }: Session, now: Date): boolean {
  return now >= after(lastSeenAt, MANAGING_IDLE_LIMIT)
}

/** Whether the last proof of who this is is young enough for a sensitive change. */
export function isFresh(session: Session, now: Date): boolean {
  return now < after(session.authenticatedAt, FRESH_FOR)
}
