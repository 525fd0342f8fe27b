import { accountNamed } from '../../src/accounts/store.ts'
import type { Portal } from './portal.ts'

/** The id of somebody's account, as it stands in the addresses of who runs their organization. */
export async function idOf(portal: Portal, username: string, slug = 'harbour'): Promise<string> {
  const account = await portal.within(slug, (tx) =>
    accountNamed(tx, { kind: 'username', canonical: username }),
  )
  return account?.id ?? ''
}
