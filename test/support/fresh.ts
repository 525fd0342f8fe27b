import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { newAccount, type Account } from '../../src/accounts/account.ts'
import { accountNamed, addAccount } from '../../src/accounts/store.ts'
import { savePassword } from '../../src/credentials/store.ts'
import { after, DAY } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { terminal } from '../cli/terminal.ts'
import type { Portal } from './portal.ts'

/** An organization as `latchkey org create` leaves it, the invitation of its owner, `owner@…`, on its way. */
export async function foundOrganization(portal: Portal, slug: string): Promise<void> {
  const owner = ['--owner-email', `owner@${slug}.example`, '--owner-name', 'Olga Sari']
  await terminal(portal).type('org', 'create', slug, '--name', `The ${slug} company`, ...owner)
  await portal.deliver()
}

/** Spares an owner the way in by their invitation. */
export async function letOwnerIn(portal: Portal, slug: string): Promise<void> {
  const hash = await portal.app.parts.hasher.hash(DEMO_PASSWORD)
  await portal.within(slug, async (tx) => {
    const owner = await accountNamed(tx, { kind: 'email', canonical: `owner@${slug}.example` })
    await savePassword(tx, owner?.id ?? '', hash)
  })
}

/** Puts somebody into an organization who has been there for long, with an address and a mobile number that are proven. */
export async function settle(
  portal: Portal,
  slug: string,
  given: Pick<Account, 'username' | 'fullName' | 'role'>,
): Promise<void> {
  const hash = await portal.app.parts.hasher.hash(DEMO_PASSWORD)
  await portal.within(slug, async (tx) => {
    const longAgo = after(tx.now, -30 * DAY)
    const person = newAccount({
      ...given,
      id: newId(systemRandom, tx.now),
      email: `${given.username ?? ''}@${slug}.example`,
      emailVerifiedAt: longAgo,
      phone: '+12065550113',
      phoneVerifiedAt: longAgo,
      phoneChangedAt: longAgo,
    })
    await addAccount(tx, person)
    await savePassword(tx, person.id, hash)
  })
}
