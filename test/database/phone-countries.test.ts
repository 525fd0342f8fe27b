import { expect } from 'chai'
import knex from 'knex'
import { up } from '../../migrations/0025_readiness.ts'
import { connectionOf } from '../../src/database/connect.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount } from '../support/steps.ts'

describe('the step that tells the countries of numbers, on a database that has people', () => {
  let portal: Portal
  let owner: knex.Knex

  before(async () => {
    portal = await openPortal()
    owner = knex({ client: 'pg', connection: connectionOf(portal.store.owner), pool: { min: 0, max: 1 } })
  })
  after(async () => {
    await owner.destroy()
    await portal.close()
  })

  it('fills them in for every organization, and leaves out what is no mobile number', async () => {
    await changeAccount(portal, 'harbour', 'mia', { phone: '+15062345678' })
    await changeAccount(portal, 'acme', 'mia', { phone: '+6281234567890' })
    await changeAccount(portal, 'acme', 'noah', { phone: '+622130000000' })
    await owner.raw(`
      alter table accounts drop column recovery_class, drop column phone_country;
      drop index accounts_newly_reached;
      drop table recovery_class_counts, readiness_days, readiness_asks`)
    await owner.transaction(async (trx) => {
      await trx.raw(`select set_config('latchkey.application_role', ?, true)`, [roleOf(portal)])
      await up(trx)
    })
    const classOf = (slug: string, username: string) =>
      portal.within(slug, async (tx) => {
        const row = await tx
          .rows<{ organization_id: string; username: string; phone_country: string; recovery_class: string }>(
            'accounts',
          )
          .where({ username })
          .first()
        return [row?.phone_country, row?.recovery_class]
      })
    expect(await classOf('harbour', 'mia')).to.deep.equal(['CA', 'muvvCA'])
    expect(await classOf('acme', 'mia')).to.deep.equal(['ID', 'muvvID'])
    expect(await classOf('acme', 'noah')).to.deep.equal([null, 'muvv'])
    expect(await classOf('acme', 'nils')).to.deep.equal([null, 'munn'])
  })
})

function roleOf({ store: { application } }: Portal): string {
  return typeof application === 'string' ? new URL(application).username : application.user
}
