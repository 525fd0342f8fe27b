import { expect } from 'chai'
import type { ConnectionTarget } from '../../src/database/connect.ts'
import { freshDatabase } from '../support/database.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, createPassword, followLink, getLink, NEW_PASSWORD } from '../support/steps.ts'
import { saysNotNow } from './not-now.ts'
import { layCable, type Cable } from './severed.ts'

const POOL_SIZE = 2

describe('faults: the database falls silent and closes no connection', () => {
  let cable: Cable
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal({
      poolSize: POOL_SIZE,
      config: (config) => ({ ...config, database: { ...config.database, statementTimeoutMs: 300 } }),
      store: async (clock) => {
        const fresh = await freshDatabase({ clock })
        cable = await layCable(fresh.application as Exclude<ConnectionTarget, string>)
        return { ...fresh, application: cable.target }
      },
    })
  })
  afterEach(async () => {
    // First: a portal that still waited for an answer would not close.
    await cable.close()
    await portal.close()
  })

  it('PF-05: whoever waits is told "not now", nothing counts as done, and all goes on when it speaks again', async () => {
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
    const others = Array.from({ length: 2 * POOL_SIZE }, () => portal.visitor())

    cable.fallSilent()
    await Promise.all([
      saysNotNow(() => mia.submit('Create Password', { password: NEW_PASSWORD, confirmation: NEW_PASSWORD })),
      ...others.map((other) => saysNotNow(() => other.send('GET', '/harbour/sign-in'))),
    ])
    expect((await mia.send('GET', '/readyz')).status).to.equal(503)

    cable.carry()
    const pages = await Promise.all(others.map((other) => other.send('GET', '/harbour/sign-in')))
    expect(pages.map(({ status }) => status)).to.deep.equal(others.map(() => 200))
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(false)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })
})
