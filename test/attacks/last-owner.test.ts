import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { holdOwners } from '../../src/accounts/deletion-store.ts'
import { DAY } from '../../src/platform/clock.ts'
import { untilWaiting } from '../support/locks.ts'
import { idOf } from '../support/managing.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, signIn, type AccountColumns } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const OWNERS = ['olivia', 'adam', 'mia', 'nils']

/** Every way in which an organization loses an owner: what somebody sends, and about whom. */
const LOSSES: Record<string, { path: (id: string) => string; fields: Record<string, string> }> = {
  demote: { path: (id) => `/manage/people/${id}/role`, fields: { role: 'member' } },
  suspend: { path: (id) => `/manage/people/${id}/state`, fields: { state: 'suspended' } },
  delete: {
    path: (id) => `/manage/people/${id}/delete`,
    fields: { understood: 'yes', currentPassword: DEMO_PASSWORD },
  },
  leave: { path: () => '/account/delete', fields: { understood: 'yes', currentPassword: DEMO_PASSWORD } },
}
const PAIRS = Object.keys(LOSSES).flatMap((one, index, all) => all.slice(index).map((other) => [one, other]))

describe('attacks: all owners of an organization, at once', () => {
  let portal: Portal
  const visitors = new Map<string, Visitor>()

  beforeEach(async () => {
    portal = await openPortal()
    for (const name of OWNERS) {
      await changeAccount(portal, 'harbour', name, { role: 'owner' })
      const visitor = portal.visitor()
      await signIn(visitor, name)
      visitors.set(name, visitor)
    }
  })
  afterEach(() => portal.close())

  for (const [one = '', other = ''] of PAIRS)
    it(`TI-04: of four owners who ${one} and ${other} each other at the same moment one is left, and stays`, async () => {
      const ids = await Promise.all(OWNERS.map((name) => idOf(portal, name)))
      const sent = await portal.within('harbour', async (tx) => {
        // All are on their way, and wait for this transaction.
        await holdOwners(tx)
        const all = OWNERS.map((name, index) => {
          const { path, fields } = LOSSES[index % 2 === 0 ? one : other]!
          const visitor = visitors.get(name)!
          const whom = ids[(index + 1) % ids.length] ?? ''
          return visitor.send('POST', `/harbour${path(whom)}`, { csrf: visitor.csrf, ...fields })
        })
        await untilWaiting(tx, OWNERS.length)
        return { all: Promise.all(all) }
      })
      expect((await sent.all).map(({ status }) => status)).to.not.include(500)
      expect(await owners()).to.not.be.empty
      portal.clock.pass(60 * DAY)
      await portal.app.keepHouse()
      expect(await owners(), 'when those who left are deleted').to.not.be.empty
    })

  const owners = () =>
    portal.within('harbour', async (tx) => {
      const rows = tx.rows<AccountColumns>('accounts').where({ role: 'owner', state: 'active' })
      return (await rows.select('username')).map(({ username }) => username)
    })
})
