import { expect } from 'chai'
import { isDuplicate } from '../../src/database/faults.ts'
import { withOrganization } from '../../src/database/transaction.ts'
import { parseSettings } from '../../src/organizations/settings.ts'
import {
  addOrganization,
  allOrganizations,
  currentSettings,
  organizationBySlug,
  organizationOf,
  saveSettings,
  settingsUnder,
} from '../../src/organizations/store.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

describe('Organizations as they are stored', () => {
  let store: FreshDatabase
  const birch = {
    id: newId(systemRandom, new Date(0)),
    slug: 'birch',
    name: 'Birch & Sons',
    state: 'active' as const,
  }
  const within = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
    withOrganization(store.database, birch.id, work)

  before(async () => {
    store = await freshDatabase()
    await within((tx) => addOrganization(tx, birch))
  })
  after(() => store.close())

  it('are found by their slug, and no other', async () => {
    expect(await organizationBySlug(store.database, 'birch')).to.deep.equal(birch)
    expect(await organizationBySlug(store.database, 'Birch')).to.equal(null)
    expect(await organizationBySlug(store.database, "birch' or 'a'='a")).to.equal(null)
    expect(await allOrganizations(store.database)).to.deep.equal([birch])
  })

  it('have a slug of their own', async () => {
    const twin = { ...birch, id: newId(systemRandom, new Date(1)) }
    const error: unknown = await withOrganization(store.database, twin.id, (tx) =>
      addOrganization(tx, twin),
    ).catch((thrown: unknown) => thrown)
    expect(isDuplicate(error)).to.equal(true)
  })

  it('keep every version of their settings, and go by the newest', async () => {
    const [first, second] = [parseSettings({}), parseSettings({ recovery: { linkLifetimeMinutes: 60 } })]
    expect(await within((tx) => saveSettings(tx, first))).to.equal(1)
    expect(await within((tx) => saveSettings(tx, second))).to.equal(2)
    expect(await within(currentSettings)).to.deep.equal({ version: 2, settings: second })
    expect(await within((tx) => settingsUnder(tx, 1))).to.deep.equal({ version: 1, settings: first })
  })

  it('are not written over by who based theirs on an older version', async () => {
    const late = within((tx) => saveSettings(tx, parseSettings({}), { basedOn: 1 }))
    expect(isDuplicate(await late.catch((thrown: unknown) => thrown))).to.equal(true)
    expect((await within(currentSettings)).version).to.equal(2)
  })

  it('are called what their owners call them, as long as they do', async () => {
    expect(await within(organizationOf)).to.deep.equal(birch)
    const renamed = parseSettings({ branding: { name: 'Birch' } })
    await within((tx) => saveSettings(tx, renamed))
    expect(await within(organizationOf)).to.deep.equal({ ...birch, name: 'Birch' })
    expect(await organizationBySlug(store.database, 'birch'), 'for who reads no settings').to.deep.equal(
      birch,
    )
  })

  it('read settings from before a setting existed with its default', async () => {
    await within(async (tx) => {
      const old = { recovery: { linkLifetimeMinutes: 15 } }
      await tx.insert('organization_settings', { version: 4, settings: old, saved_at: tx.now })
    })
    const { settings } = await within(currentSettings)
    expect(settings).to.deep.equal(parseSettings({ recovery: { linkLifetimeMinutes: 15 } }))
  })
})
