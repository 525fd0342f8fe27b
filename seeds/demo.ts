import { newAccount } from '../src/accounts/account.ts'
import { addAccount } from '../src/accounts/store.ts'
import { bindAuthenticator } from '../src/credentials/authenticator-store.ts'
import { savePassword } from '../src/credentials/store.ts'
import type { PasswordHasher } from '../src/credentials/password.ts'
import type { Database } from '../src/database/connect.ts'
import { isDuplicate } from '../src/database/faults.ts'
import { withOrganization, withoutOrganization, type Transaction } from '../src/database/transaction.ts'
import { parseSettings } from '../src/organizations/settings.ts'
import { addOrganization, allOrganizations, saveSettings } from '../src/organizations/store.ts'
import { after, DAY } from '../src/platform/clock.ts'
import { newId, type Random } from '../src/platform/random.ts'
import type { Secrets } from '../src/platform/secrets.ts'
import {
  DEMO_AUTHENTICATOR,
  DEMO_ORGANIZATIONS,
  DEMO_PASSWORD,
  DEMO_PEOPLE,
  type DemoOrganization,
} from './demo-organizations.ts'

/**
 * What a database holds, as far as the demo is concerned. The demo shows reset links to whoever looks and has a password
 * that everybody knows: it never touches another's database, and production never serves the demo's.
 */
export async function whoseDatabase(database: Database): Promise<'empty' | 'demo' | 'other'> {
  const isMigrated = await withoutOrganization(database, ({ sql }) => sql.schema.hasTable('organizations'))
  const organizations = isMigrated ? await allOrganizations(database) : []
  if (organizations.length === 0) return 'empty'
  const demoIds = DEMO_ORGANIZATIONS.map(({ id }) => id)
  return organizations.some(({ id }) => demoIds.includes(id)) ? 'demo' : 'other'
}

/** Adds those of the demo's organizations that are not there yet, each with its people, wholly or not at all. */
export async function seedDemo(parts: {
  database: Database
  hasher: PasswordHasher
  random: Random
  secrets: Secrets
}): Promise<void> {
  const there = (await allOrganizations(parts.database)).map(({ id }) => id)
  const missing = DEMO_ORGANIZATIONS.filter(({ id }) => !there.includes(id))
  if (missing.length === 0) return
  const hash = await parts.hasher.hash(DEMO_PASSWORD)
  for (const organization of missing) {
    try {
      await withOrganization(parts.database, organization.id, (tx) => plant(tx, parts, organization, hash))
    } catch (error) {
      // Another process of the same demo was faster.
      if (!isDuplicate(error)) throw error
    }
  }
}

async function plant(
  tx: Transaction,
  { random, secrets }: { random: Random; secrets: Secrets },
  organization: DemoOrganization,
  hash: string,
): Promise<void> {
  const { id, slug, name, areaCode, settings } = organization
  // Codes go to no number that is new.
  const longAgo = after(tx.now, -30 * DAY)
  await addOrganization(tx, { id, slug, name, state: 'active' })
  await saveSettings(tx, parseSettings(settings))
  for (const { username, fullName, role, hasEmail, line } of DEMO_PEOPLE) {
    const accountId = newId(random, tx.now)
    const person = newAccount({
      id: accountId,
      username,
      fullName,
      role,
      email: hasEmail ? `${username}@${slug}.example` : null,
      emailVerifiedAt: hasEmail ? tx.now : null,
      phone: line === null ? null : `+1${areaCode}55501${line}`,
      phoneVerifiedAt: line === null ? null : longAgo,
      phoneChangedAt: line === null ? null : longAgo,
    })
    await addAccount(tx, person)
    await savePassword(tx, accountId, hash)
    if (username === DEMO_AUTHENTICATOR.username) {
      const { key, recoveryCodes } = DEMO_AUTHENTICATOR
      await bindAuthenticator(tx, secrets, accountId, { secret: key, lastStep: 0, codes: recoveryCodes })
    }
  }
}
