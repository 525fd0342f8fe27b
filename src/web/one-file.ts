import type { Context } from 'koa'
import { Refused } from './errors.ts'

const RETRY_AFTER_SECONDS = 5

/** Who sends a file to this process now. */
const sending = new Set<string>()

/**
 * Takes one file at a time from each account. A file is in memory until it is done with, and is there before it is known whether
 * its form is ours and its sender proven anew: a stolen session that sends thirty at once must not fill the memory (CWE-770).
 * Throws `Refused`, 429, for one more.
 */
export async function oneFileAtATime<Result>(
  ctx: Context,
  accountId: string,
  take: () => Promise<Result>,
): Promise<Result> {
  if (sending.has(accountId)) {
    // Read and dropped, or a browser that is still sending would not see the answer.
    ctx.req.resume()
    throw new Refused(429, { retryAfterSeconds: RETRY_AFTER_SECONDS, reason: 'limit' })
  }
  sending.add(accountId)
  try {
    return await take()
  } finally {
    sending.delete(accountId)
  }
}
