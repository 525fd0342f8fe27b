import type { Account } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { Transaction } from '../database/transaction.ts'
import type { QueuedMessage } from '../delivery/message.ts'
import { currentSettings, organizationOf } from '../organizations/store.ts'
import { MINUTE } from '../platform/clock.ts'
import { linkWith, mint } from './deliver.ts'
import { whyBarred } from './in-hand.ts'
import type { RecoveryParts } from './parts.ts'
import { settingsFor } from './settings.ts'
import { addNewAttempt, nobodyAsking } from './start.ts'
import { lockAttempt, type StoredAttempt } from './store.ts'
import { strategyOf } from './strategies/index.ts'

/**
 * A link for the letter that tells a person that sign-in is paused: strangers who paused it can use up the allowance for
 * ordinary requests as well, so this one is outside of it. The letter has one attempt, however often it is tried; each try
 * mints another link of it. Null when the account cannot be reached by a link.
 */
export async function linkOutOfPause(
  parts: RecoveryParts,
  tx: Transaction,
  message: QueuedMessage<'sign-in-paused'>,
): Promise<string | null> {
  const account = await lockAccount(tx, message.data.accountId)
  const organization = await organizationOf(tx)
  if (account?.state !== 'active' || organization.state === 'suspended') return null
  const attempt =
    (await lockAttempt(tx, message.id)) ?? (await addPausedAttempt(parts, tx, message.id, account))
  if (attempt?.step !== 'proving') return null
  const strategy = strategyOf(parts, 'email-link')
  const settings = await settingsFor(tx, attempt)
  if (whyBarred(attempt, account, settings.recovery) || !strategy.reachable(account, settings, tx.now))
    return null
  const lifetime = strategy.lifetimeMinutes(settings) * MINUTE
  const secret = await mint(parts, tx, { attempt, account }, { strategy, settings, lifetime })
  return linkWith(parts, organization, secret)
}

async function addPausedAttempt(
  parts: RecoveryParts,
  tx: Transaction,
  id: string,
  account: Account,
): Promise<StoredAttempt | null> {
  if (!account.email) return null
  const settings = await currentSettings(tx)
  const added = await addNewAttempt(parts, tx, {
    settings,
    identifier: account.email,
    method: 'email-link',
    asking: nobodyAsking(settings.settings.branding.locale),
    granted: { origin: 'paused-sign-in', person: account, id },
  })
  return added && lockAttempt(tx, id)
}
