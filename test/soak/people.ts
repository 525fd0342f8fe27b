import { DEMO_ORGANIZATIONS, DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { newAccount } from '../../src/accounts/account.ts'
import { addAccount } from '../../src/accounts/store.ts'
import { createPasswordHasher } from '../../src/credentials/password.ts'
import { savePassword } from '../../src/credentials/store.ts'
import type { Database } from '../../src/database/connect.ts'
import { withOrganization } from '../../src/database/transaction.ts'
import { after, DAY } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import type { Person } from './walks.ts'

/** How many people one database can have: of each area texts go to ten numbers in an hour, and half of the people get one. */
export const MOST_PEOPLE = DEMO_ORGANIZATIONS.length * 10 * 2

const hash = createPasswordHasher({ concurrency: 1, queue: 1, random: systemRandom }).hash(DEMO_PASSWORD)

/** Adds somebody who has the demo's password, a verified address and a verified mobile number. */
export async function addPerson(database: Database, slug: string, index: number): Promise<Person> {
  if (index >= MOST_PEOPLE) throw new RangeError('no number is left for one more person')
  const organization = DEMO_ORGANIZATIONS.find((one) => one.slug === slug)!
  const areaCode = DEMO_ORGANIZATIONS[Math.floor(index / 2) % DEMO_ORGANIZATIONS.length]?.areaCode ?? 0
  const username = `person-${index}`
  const line = String(100 + index).padStart(4, '0')
  const [email, phone] = [`${username}@${slug}.example`, `+1${areaCode}555${line}`]
  const passwordHash = await hash
  return withOrganization(database, organization.id, async (tx) => {
    const id = newId(systemRandom, tx.now)
    const longAgo = after(tx.now, -30 * DAY)
    const person = newAccount({
      id,
      username,
      fullName: `Person ${index}`,
      email,
      emailVerifiedAt: tx.now,
      phone,
      phoneVerifiedAt: longAgo,
      phoneChangedAt: longAgo,
    })
    await addAccount(tx, person)
    await savePassword(tx, id, passwordHash)
    return { id, username, email, phone, link: null, recoveryCode: null, isAcknowledged: false }
  })
}
