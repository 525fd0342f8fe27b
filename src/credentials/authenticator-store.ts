import type { SealedColumn } from '../database/reseal.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { refusedUntil, type LimitAnswer } from '../limits/limits.ts'
import { DAY, MINUTE } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'
import { hashRecoveryCode, readRecoveryCode } from './recovery-codes.ts'
import { matchingStep, readTotpCode } from './totp.ts'

interface AuthenticatorRow extends TenantRow {
  account_id: string
  secret_sealed: string
  last_step: number
  failures: number
  paused_until: Date | null
  recovery_failures: number
  recovery_paused_until: Date | null
  step_up_failures: number
  step_up_paused_until: Date | null
  confirmed_at: Date
}

interface RecoveryCodeRow extends TenantRow {
  account_id: string
  hash: Buffer
  spent_at: Date | null
}

/** The authenticators' secrets, which are kept for years. */
export const sealedAuthenticators: SealedColumn = {
  what: 'authenticators',
  table: 'authenticators',
  column: 'secret_sealed',
  id: 'account_id',
  context: (accountId, organizationId) => `authenticators.${organizationId}.${accountId}`,
}

/** What a person can prove their authenticator with. */
export type FactorProof = 'authenticator' | 'recovery-code'

/** Where a factor is asked for. Each place has a count and a pause of its own. */
export type FactorDoor = 'sign-in' | 'recovery' | 'step-up'

const COUNTED_IN = {
  'sign-in': { failures: 'failures', pausedUntil: 'paused_until' },
  recovery: { failures: 'recovery_failures', pausedUntil: 'recovery_paused_until' },
  'step-up': { failures: 'step_up_failures', pausedUntil: 'step_up_paused_until' },
} as const

const NO_FAILURES = {
  failures: 0,
  paused_until: null,
  recovery_failures: 0,
  recovery_paused_until: null,
  step_up_failures: 0,
  step_up_paused_until: null,
}

/** The fifth failure and each after it pauses the authenticator, each for twice as long (NIST SP 800-63B-4 §3.2.2). */
const FREE_FAILURES = 5
const FIRST_PAUSE_MS = 15 * MINUTE
const LONGEST_PAUSE_MS = DAY

/** An account's authenticator and how many of its recovery codes are unspent; null for who has none. */
export async function authenticatorOf(
  tx: Transaction,
  accountId: string,
): Promise<{ confirmedAt: Date; codesLeft: number } | null> {
  const row = await authenticators(tx, accountId).first()
  return row ? { confirmedAt: row.confirmed_at, codesLeft: await countCodes(tx, accountId) } : null
}

/** Those of some accounts that have an authenticator. */
export async function withAuthenticator(
  tx: Transaction,
  accountIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx
    .rows<AuthenticatorRow>('authenticators')
    .whereIn('account_id', accountIds)
    .select('account_id')
  return new Set(rows.map(({ account_id }) => account_id))
}

/**
 * Gives an account this authenticator and these recovery codes in place of any before. `lastStep` is the step of the code
 * that confirmed it, which then signs nobody in (RFC 6238 §5.2).
 */
export async function bindAuthenticator(
  tx: Transaction,
  secrets: Secrets,
  accountId: string,
  { secret, lastStep, codes }: { secret: string; lastStep: number; codes: string[] },
): Promise<void> {
  await tx
    .insert<AuthenticatorRow>('authenticators', {
      account_id: accountId,
      secret_sealed: secrets.seal(secret, sealedAuthenticators.context(accountId, tx.organizationId)),
      last_step: lastStep,
      ...NO_FAILURES,
      confirmed_at: tx.now,
    })
    .onConflict(['organization_id', 'account_id'])
    .merge()
  await replaceRecoveryCodes(tx, accountId, codes)
}

/** Gives an account that has an authenticator these recovery codes in place of any before. */
export async function replaceRecoveryCodes(
  tx: Transaction,
  accountId: string,
  codes: readonly string[],
): Promise<void> {
  await recoveryCodes(tx, accountId).delete()
  for (const code of codes) {
    const hash = hashRecoveryCode(code)
    await tx.insert<RecoveryCodeRow>('recovery_codes', { account_id: accountId, hash, spent_at: null })
  }
}

/** Takes an account's authenticator away, and its recovery codes with it. */
export async function removeAuthenticator(tx: Transaction, accountId: string): Promise<void> {
  await authenticators(tx, accountId).delete()
}

/** Whether a text has the form of a code or a recovery code. What has neither can be refused without counting it. */
export function isFactor(typed: string): boolean {
  return readTotpCode(typed) !== null || readRecoveryCode(typed) !== null
}

/**
 * Counts a try before its code is looked at, and says whether it may be. Commit before `spendFactor`, so that parallel tries
 * see each other's count (CWE-362). Refused tries are not counted. Only a right factor clears the count, never a password
 * (CVE-2025-64102): it may be the password that was stolen. Whoever has that can pause sign-in, but not the ways out: to
 * recover, which takes the mailbox or the phone besides, and to change the password in a session that is open. What all
 * doors together allow is three times the guesses, no more (CVE-2024-32868).
 */
export async function countFactorTry(
  tx: Transaction,
  accountId: string,
  door: FactorDoor,
): Promise<LimitAnswer> {
  const { failures, pausedUntil } = COUNTED_IN[door]
  const counted = await tx.sql.raw<{ rows: object[] }>(
    `update authenticators set
       :failures: = :failures: + 1,
       :pausedUntil: = case
         when :failures: + 1 >= :free then cast(:now as timestamptz)
           + least(:longest, :first * 2 ^ least(:failures: + 1 - :free, 30)) * interval '1 millisecond'
       end
     where organization_id = :organization and account_id = :account
       and (:pausedUntil: is null or :pausedUntil: <= :now)
     returning account_id`,
    {
      failures,
      pausedUntil,
      organization: tx.organizationId,
      account: accountId,
      now: tx.now,
      free: FREE_FAILURES,
      first: FIRST_PAUSE_MS,
      longest: LONGEST_PAUSE_MS,
    },
  )
  if (counted.rows.length > 0) return { allowed: true }
  const until = (await authenticators(tx, accountId).first())?.[pausedUntil]
  // Without an authenticator there is nothing to count: `spendFactor` takes nothing.
  return until ? refusedUntil(until, tx.now) : { allowed: true }
}

/**
 * Takes a code of the app, or a recovery code, for good; null for every other text. Of parallel tries with one code one
 * succeeds. A right one ends the pause and its count.
 */
export async function spendFactor(
  tx: Transaction,
  secrets: Secrets,
  accountId: string,
  typed: string,
): Promise<{ proof: FactorProof; codesLeft: number } | null> {
  // Held first by both ways, so that no two transactions wait for each other.
  const row = await authenticators(tx, accountId).forUpdate().first()
  if (!row) return null
  const code = readTotpCode(typed)
  const isRight =
    code === null ? await spendRecoveryCode(tx, accountId, typed) : await spendStep(tx, secrets, row, code)
  if (!isRight) return null
  await authenticators(tx, accountId).update(NO_FAILURES)
  return {
    proof: code === null ? 'recovery-code' : 'authenticator',
    codesLeft: await countCodes(tx, accountId),
  }
}

async function spendStep(
  tx: Transaction,
  secrets: Secrets,
  row: AuthenticatorRow,
  code: string,
): Promise<boolean> {
  const secret = secrets.open(
    row.secret_sealed,
    sealedAuthenticators.context(row.account_id, tx.organizationId),
  )
  const step = matchingStep(secret, code, tx.now, row.last_step)
  if (step === null) return false
  const spent = await authenticators(tx, row.account_id)
    .where('last_step', '<', step)
    .update({ last_step: step })
  return spent === 1
}

async function spendRecoveryCode(tx: Transaction, accountId: string, typed: string): Promise<boolean> {
  if (readRecoveryCode(typed) === null) return false
  const spent = await recoveryCodes(tx, accountId)
    .where('hash', hashRecoveryCode(typed))
    .whereNull('spent_at')
    .update({ spent_at: tx.now })
  return spent === 1
}

async function countCodes(tx: Transaction, accountId: string): Promise<number> {
  return (await recoveryCodes(tx, accountId).whereNull('spent_at')).length
}

function authenticators(tx: Transaction, accountId: string) {
  return tx.rows<AuthenticatorRow>('authenticators').where({ account_id: accountId })
}

function recoveryCodes(tx: Transaction, accountId: string) {
  return tx.rows<RecoveryCodeRow>('recovery_codes').where({ account_id: accountId })
}
