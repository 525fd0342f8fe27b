import { expect } from 'chai'
import { CommandFailed } from '../../src/cli/command.ts'
import { SEALED } from '../../src/cli/keys-rotate.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { withoutOrganization } from '../../src/database/transaction.ts'
import { NEW_KEY, OLD_KEY, restartWith } from '../support/keys.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { followLink, getLink } from '../support/steps.ts'
import { terminal } from './terminal.ts'

type Sealed = TenantRow & Record<string, string>
type Counted = TenantRow & { failures: number }

/** In five organizations. */
const AUTHENTICATORS = 5

describe('latchkey keys rotate', () => {
  let portal: Portal
  let shell: ReturnType<typeof terminal>

  beforeEach(async () => {
    portal = await openPortal()
    shell = terminal(portal)
  })
  afterEach(() => portal.close())

  const rotate = async () => {
    shell.said.length = 0
    await shell.type('keys', 'rotate')
    return shell.said.join('\n')
  }
  const failure = async () => {
    const thrown = await rotate().catch((error: unknown) => error)
    expect(thrown).to.be.instanceOf(CommandFailed)
    return (thrown as CommandFailed).message
  }

  it('knows every sealed column that there is', async () => {
    const stored = await withoutOrganization(portal.store.database, ({ sql }) =>
      sql('pg_attribute')
        .join('pg_class', 'pg_class.oid', 'attrelid')
        .where('relkind', 'r')
        .where('attname', 'like', '%sealed%')
        .select('relname', 'attname'),
    )
    expect(
      (stored as Record<string, string>[]).map((row) => `${row['relname']}.${row['attname']}`),
      // Rows of an import live for a day: they are gone long before an old key is taken away.
    ).to.have.members([
      ...SEALED.map(({ table, column }) => `${table}.${column}`),
      'import_batches.rows_sealed',
    ])
  })

  it('seals all of it anew, each for its own row, and tells how much and what is next', async () => {
    const visitor = portal.visitor()
    await followLink(visitor, await getLink(portal, visitor, 'mia@lantern.example', 'lantern'))
    await visitor.open('/lantern/recover/ask')
    await visitor.press('Ask', { identifier: 'mia', note: 'Room 12' })
    await portal.deliver()
    const before = await everything()
    restartWith(portal, NEW_KEY, OLD_KEY)
    const told = await rotate()
    for (const line of [
      `Sealed anew with "tomorrow": ${AUTHENTICATORS} authenticators.`,
      'Sealed anew with "tomorrow": 1 authenticators being set up.',
      'Sealed anew with "tomorrow": 1 notes of requests.',
      'Sealed anew with "tomorrow": 1 identifiers of recoveries.',
      '"test" seals nothing any more. Remove it 30 days after',
    ])
      expect(told).to.contain(line)
    restartWith(portal, NEW_KEY)
    expect(await everything()).to.deep.equal(before)
    expect(await rotate(), 'once more').to.equal(
      'Nothing was sealed anew with "tomorrow".\nNo other key seals anything, and SECRET_KEYS has no other.',
    )
  })

  it('overwrites nothing that is in use, says so, and is run again', async () => {
    restartWith(portal, NEW_KEY, OLD_KEY)
    await portal.within('acme', async (tx) => {
      await tx.rows('authenticators').forUpdate()
      expect(await failure()).to.match(/^"test" still seals 1 authenticators\.\nKeep "test".* run this again/)
      await tx.rows<Counted>('authenticators').update({ failures: 1 })
    })
    expect(await rotate()).to.contain('Sealed anew with "tomorrow": 1 authenticators.')
    const [row] = await portal.within('acme', (tx) => tx.rows<TenantRow>('authenticators'))
    expect(row).to.include({ failures: 1 })
  })

  it('passes over what no key opens, does the rest, and does not say that the old key can go', async () => {
    const [row] = await portal.within('acme', (tx) => tx.rows<Sealed>('authenticators'))
    const altered = `${row!['secret_sealed']!.slice(0, -4)}AAAA`
    await portal.within('acme', (tx) => tx.rows<Sealed>('authenticators').update({ secret_sealed: altered }))
    restartWith(portal, NEW_KEY, OLD_KEY)
    expect(await failure()).to.contain('"test" still seals 1 authenticators.')
    expect(shell.said).to.deep.equal([`Sealed anew with "tomorrow": ${AUTHENTICATORS - 1} authenticators.`])
  })

  it('tells whoever took the old key away too early which one to put back', async () => {
    restartWith(portal, NEW_KEY)
    expect(await failure()).to.equal(
      `"test" still seals ${AUTHENTICATORS} authenticators.\n` +
        'Put the missing key behind the first in SECRET_KEYS: nobody can open what it sealed.',
    )
    restartWith(portal, NEW_KEY, OLD_KEY)
    expect(await rotate()).to.contain('"test" seals nothing any more')
  })

  it('goes through more than one batch', async () => {
    const rows = 450
    await portal.within('acme', async (tx) => {
      const [one] = await tx.rows<Sealed>('authenticators')
      await tx.sql.raw(
        `insert into accounts (organization_id, id, full_name, role, state, security_epoch, created_at)
         select ?, gen_random_uuid(), 'Noah', 'member', 'active', 0, ? from generate_series(1, ?)`,
        [tx.organizationId, tx.now, rows],
      )
      const accounts = await tx.rows<Sealed>('accounts').where('full_name', 'Noah')
      const { secrets } = portal.app.parts
      for (const { id } of accounts)
        await tx.insert<Sealed>('authenticators', {
          ...one,
          account_id: id!,
          secret_sealed: secrets.seal('SECRET', `authenticators.${tx.organizationId}.${id}`),
        })
    })
    restartWith(portal, NEW_KEY, OLD_KEY)
    expect(await rotate()).to.contain(`: ${AUTHENTICATORS + rows} authenticators.`)
  })

  /** Every sealed value there is, opened. */
  async function everything(): Promise<string[]> {
    const found: string[] = []
    for (const slug of ['acme', 'harbour', 'lantern', 'meadow', 'summit'])
      await portal.within(slug, async (tx) => {
        for (const { table, column, id, context } of SEALED)
          for (const row of await tx.rows<Sealed>(table).whereNotNull(column).orderBy(id))
            found.push(portal.app.parts.secrets.open(row[column]!, context(row[id]!, tx.organizationId)))
      })
    return found
  }
})
