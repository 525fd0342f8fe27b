import type { Account } from '../../accounts/account.ts'
import { readIdentifier, type Identifier } from '../../accounts/identifiers.ts'
import { accountNamed } from '../../accounts/store.ts'
import { record, visitorOrigin } from '../../audit/audit.ts'
import { withOrganization, type Transaction } from '../../database/transaction.ts'
import { currentSettings } from '../../organizations/store.ts'
import { inGroups, newBase32, readBase32 } from '../../platform/base32.ts'
import { after } from '../../platform/clock.ts'
import { NO_ID } from '../../platform/random.ts'
import { hashToken } from '../../platform/secrets.ts'
import type { Visitor } from '../../platform/visitor.ts'
import { answer } from '../answered.ts'
import { newAttempt, transition } from '../attempt.ts'
import { whyBarred } from '../barred.ts'
import { keepSecret } from '../mint.ts'
import { holdAttempt, move } from '../in-hand.ts'
import type { RecoveryParts } from '../parts.ts'
import { recordDeed } from '../record.ts'
import { isLate, lifetimeOf } from '../secret.ts'
import { settingsFor } from '../settings.ts'
import { addNewAttempt, nobodyAsking } from '../start.ts'
import { issuedSecret, lockOpenAttemptBy, saveAttempt } from '../store.ts'

/**
 * The code that is read out to who has no address, after two people approved. It is no strategy: no organization offers
 * it, no browser asks for it, and it is found by its account.
 */
export const SPOKEN_CODE = 'spoken-code'

/** 60 bits. */
const LENGTH = 12
const GROUP = 4

/** What is saved of a try for who has no such code, and finds no row. */
const OF_NOBODY = newAttempt({
  id: NO_ID,
  lineage: NO_ID,
  sequence: 1,
  origin: 'approved',
  settingsVersion: 1,
  person: null,
  method: SPOKEN_CODE,
  expiresAt: new Date(0),
})

/** What became of a code that was typed. `wrong` is one answer for everything but the right code. */
export type SpokenCodeEntered =
  | { outcome: 'proved'; browserToken: string }
  | { outcome: 'unreadable' }
  | { outcome: 'malformed' }
  | { outcome: 'wrong' }
  | { outcome: 'too-many'; retryAfterSeconds: number }

interface CountedTry {
  /** Of no attempt where there is none, or none with a try left. */
  attemptId: string
  accountId: string | null
}

/**
 * Gives a locked account a code in an attempt of its own, under a given id, in the place of one that it has already.
 * Returns it as it is read out, and until when it works.
 */
export async function mintSpokenCode(
  parts: RecoveryParts,
  tx: Transaction,
  id: string,
  account: Account,
): Promise<{ code: string; until: Date }> {
  const earlier = await lockOpenAttemptBy(tx, account.id, SPOKEN_CODE)
  if (earlier) await move(tx, earlier, { name: 'ended', reason: 'replaced' })
  const settings = await currentSettings(tx)
  const asking = nobodyAsking(settings.settings.branding.locale)
  const granted = { origin: 'approved', person: account, id } as const
  const identifier = account.username ?? account.email ?? ''
  await addNewAttempt(parts, tx, { settings, identifier, method: SPOKEN_CODE, asking, granted })
  const attempt = await lockOpenAttemptBy(tx, account.id, SPOKEN_CODE)
  if (!attempt) throw new Error('an attempt is not there that was just added')
  const code = newBase32(parts.random, LENGTH)
  const lifetime = lifetimeOf(parts, attempt, settings.settings)
  const hash = hashToken(parts.secrets.keyedHash(...keyedParts(id, code)))
  await keepSecret(parts, tx, { attempt, account }, { hash, lifetime, kind: 'recovery.code-minted' })
  return { code: inGroups(code, GROUP), until: after(tx.now, lifetime) }
}

/**
 * Judges a code that was typed with the name of its account. The try is counted and committed first, for the address and
 * on the attempt's row, so that of many sent at once no more are judged than may be (CWE-362). Whoever is named, and
 * whatever is wrong, the same queries run until the code is right (CWE-204).
 */
export async function enterSpokenCode(
  parts: RecoveryParts,
  organizationId: string,
  typed: { identifier: string; code: string },
  visitor: Visitor,
): Promise<SpokenCodeEntered> {
  const identifier = readIdentifier(typed.identifier)
  if (!identifier) return { outcome: 'unreadable' }
  const code = readBase32(typed.code, LENGTH)
  if (code === null) return { outcome: 'malformed' }
  const counted = await withOrganization(parts.database, organizationId, (tx) =>
    countTry(parts, tx, identifier, visitor),
  )
  if ('outcome' in counted) return counted
  const entered = await withOrganization(parts.database, organizationId, async (tx) => {
    const proved = await judge(parts, tx, counted.attemptId, code, visitor)
    if (proved) return proved
    await record(tx, parts.random, {
      kind: 'recovery.refused',
      outcome: 'refused',
      origin: visitorOrigin(visitor),
      subjectId: counted.accountId,
      detail: {
        reason: 'wrong-code',
        method: SPOKEN_CODE,
        identifier: parts.secrets.keyedHash('audit identifier', identifier.canonical),
      },
    })
    return { outcome: 'wrong' } as const
  })
  // The code is spent by now: that an address's try could not be given back must not cost the person its cookie.
  if (entered.outcome === 'proved')
    await parts.limits.giveBack('wrong-tokens-per-address', visitor.network).catch(() => undefined)
  return entered
}

/** Counts a try for the address and, where the account named has a code with tries left, for that. */
async function countTry(
  parts: RecoveryParts,
  tx: Transaction,
  identifier: Identifier,
  visitor: Visitor,
): Promise<CountedTry | { outcome: 'too-many'; retryAfterSeconds: number }> {
  const spent = await parts.limits.spendIn(tx, 'wrong-tokens-per-address', visitor.network)
  if (!spent.allowed) return { outcome: 'too-many', retryAfterSeconds: spent.retryAfterSeconds }
  const account = await accountNamed(tx, identifier)
  const attempt = await lockOpenAttemptBy(tx, account?.id ?? NO_ID, SPOKEN_CODE)
  const tried = attempt && transition(attempt, { name: 'tried' }, tx.now)
  await saveAttempt(tx, tried ?? attempt ?? OF_NOBODY)
  return { attemptId: tried?.id ?? NO_ID, accountId: account?.id ?? null }
}

/** The browser's new token where the code is the attempt's, unused and in time; null for all else. */
async function judge(
  parts: RecoveryParts,
  tx: Transaction,
  attemptId: string,
  code: string,
  visitor: Visitor,
): Promise<{ outcome: 'proved'; browserToken: string } | null> {
  const hashes = parts.secrets.keyedHashes(...keyedParts(attemptId, code)).map(hashToken)
  const secret = await issuedSecret(tx, ...hashes)
  const held = secret?.attemptId === attemptId ? await holdAttempt(tx, attemptId) : null
  if (!secret || !held?.account || held.attempt.step !== 'proving') return null
  const { attempt, account } = held
  const settings = await settingsFor(tx, attempt)
  if (await whyBarred(parts, tx, attempt, account, settings)) return null
  if (isLate(secret, lifetimeOf(parts, attempt, settings), tx.now)) return null
  const browserToken = await answer(parts, tx, { attempt, account }, SPOKEN_CODE)
  await recordDeed(parts, tx, 'recovery.code-entered', attempt, visitor, { method: SPOKEN_CODE })
  return { outcome: 'proved', browserToken }
}

/** A code is too short to stand alone: its hash needs the server's key, and holds for one attempt only (ASVS 6.5.2). */
function keyedParts(attemptId: string, code: string) {
  return ['spoken code', attemptId, code] as const
}
