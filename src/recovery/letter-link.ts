import { lockAccount } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { linkWith, mint } from './mint.ts'
import { whyBarred } from './barred.ts'
import { type Origin } from './origin.ts'
import type { RecoveryParts } from './parts.ts'
import { lifetimeOf } from './secret.ts'
import { settingsFor } from './settings.ts'
import { addNewAttempt, nobodyAsking } from './start.ts'
import { lockAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'

/** A letter that carries a link which nobody asked for just now. */
interface Letter {
  /** The id of its attempt. */
  attemptId: string
  accountId: string
  origin: Exclude<Origin, 'person'>
}

/**
 * A link for a letter that the product writes of its own accord, and how long it lives, in milliseconds. The letter has one
 * attempt, whose id the caller knows, however often it is tried; each try mints another link of it. Null when nobody is
 * reached by one.
 */
export async function linkInLetter(
  parts: RecoveryParts,
  tx: Transaction,
  { attemptId, accountId, origin }: Letter,
): Promise<{ link: string; lifetime: number } | null> {
  const account = await lockAccount(tx, accountId)
  const organization = await organizationOf(tx)
  const strategy = strategyOf(parts, 'email-link')
  const settings = await currentSettings(tx)
  const to = account && strategy.reachable(account, settings.settings, tx.now)
  if (!to || account.state !== 'active' || organization.state === 'suspended') return null
  if (!(await lockAttempt(tx, attemptId))) {
    const asking = nobodyAsking(settings.settings.branding.locale)
    const granted = { origin, person: account, id: attemptId }
    await addNewAttempt(parts, tx, { settings, identifier: to, method: strategy.id, asking, granted })
  }
  const attempt = await lockAttempt(tx, attemptId)
  if (attempt?.step !== 'proving') return null
  const holding = await settingsFor(tx, attempt)
  if (await whyBarred(parts, tx, attempt, account, holding)) return null
  const lifetime = lifetimeOf(parts, attempt, holding)
  const secret = await mint(parts, tx, { attempt, account }, { strategy, settings: holding, lifetime })
  return { link: linkWith(parts, organization, secret), lifetime }
}
