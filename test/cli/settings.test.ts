import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { AuditRow } from '../../src/audit/audit.ts'
import { CommandFailed } from '../../src/cli/command.ts'
import { currentSettings } from '../../src/organizations/store.ts'
import { ownerOf, propose } from '../support/owner.ts'
import { png } from '../support/png.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, getLink } from '../support/steps.ts'
import { mailsTo } from '../support/undoing.ts'
import { terminal } from './terminal.ts'

/** What tests change of a file. */
interface Exported {
  recovery: object
  branding: object
}

describe('latchkey settings export and settings import', () => {
  let portal: Portal
  let folder: string

  beforeEach(async () => {
    portal = await openPortal()
    folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
  })
  afterEach(async () => {
    await portal.close()
    await rm(folder, { recursive: true })
  })

  const typed = async (...words: string[]) => {
    const { said, type } = terminal(portal)
    await type('settings', ...words)
    return said.join('\n')
  }
  const failed = async (...words: string[]) => {
    const error: unknown = await typed(...words).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(CommandFailed)
    return (error as CommandFailed).message
  }
  const inForce = (slug: string) => portal.within(slug, currentSettings)
  const kept = async (content: string | object, name = 'settings.json') => {
    const path = join(folder, name)
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const exported = async (slug: string) => JSON.parse(await typed('export', slug)) as Exported

  it('carry everything that an organization decided to a fresh one, which then behaves alike', async () => {
    const { type } = terminal(portal)
    await type('org', 'create', 'birch', '--name', 'Birch', '--owner-email', 'o@birch.example')
    for (const slug of ['harbour', 'summit', 'lantern', 'meadow', 'acme']) {
      await typed('import', 'birch', await kept(await typed('export', slug)))
      expect((await inForce('birch')).settings, slug).to.deep.equal((await inForce(slug)).settings)
      expect(await typed('export', 'birch')).to.equal(await typed('export', slug))
    }
    await typed('import', 'birch', await kept(await typed('export', 'meadow')))
    await portal.deliver()
    const link = await getLink(portal, portal.visitor(), 'o@birch.example', 'birch')
    expect(link).to.contain('/birch/recover/link')
    expect(portal.mailbox.at(-1)?.text).to.contain('60 minutes')
    expect((await portal.visitor().open('/birch/sign-in')).body).to.contain('the Meadow support team')
  })

  it('say what changes in the words of the letter, save it as a version of nobody’s, and tell every owner', async () => {
    await changeAccount(portal, 'harbour', 'adam', { role: 'owner' })
    const said = await typed('import', 'harbour', await kept(await typed('export', 'acme')))
    expect(said)
      .to.contain('Ways back in: A link by email → A link by email, A code by SMS')
      .and.to.contain('Countries that texts go to: none → United Kingdom, Indonesia, United States')
      .and.to.contain('Saved as version 2. Every owner gets a message about it.')
    await portal.deliver()
    for (const name of ['olivia', 'adam']) {
      const [letter] = mailsTo(portal, `${name}@harbour.example`, 'settings of Harbour Cloud were changed')
      const changes = said.split('\n').filter((line) => line.includes(' → '))
      for (const change of changes) expect(letter?.text, name).to.contain(`- ${change}\n`)
    }
    const [event] = await portal.within('harbour', (tx) =>
      tx.rows<AuditRow>('audit_events').where('kind', 'settings.changed'),
    )
    expect(event).to.include({ actor: 'operator', actor_id: null })
    const owner = await ownerOf(portal, 'harbour')
    expect((await owner.open('/harbour/manage/history/2')).text).to.contain('Whoever runs the server')
  })

  it('save nothing in a dry run, and nothing where nothing differs', async () => {
    const path = await kept({ ...(await exported('harbour')), recovery: { linkLifetimeMinutes: 30 } })
    const said = await typed('import', 'harbour', path, '--dry-run')
    expect(said)
      .to.contain('How long a link works: 5 minutes → 30 minutes')
      .and.to.contain('Authenticator app: Not asked for → Who has one proves it')
      .and.to.contain('Nothing was saved. Version 1 is in force.')
    const same = await kept({ ...(await exported('acme')), sms: { countries: ['US', 'GB', 'ID', 'US'] } })
    expect(await typed('import', 'acme', same)).to.equal('Nothing differs from version 1, which is in force.')
    expect([(await inForce('harbour')).version, (await inForce('acme')).version]).to.deep.equal([1, 1])
    await portal.deliver()
    expect(portal.mailbox).to.deep.equal([])
  })

  it('name everything that is wrong with its place, and save none of it', async () => {
    const file = await exported('harbour')
    const message = await failed(
      'import',
      'harbour',
      await kept({
        ...file,
        colours: {},
        recovery: { ...file.recovery, methods: ['carrier-pigeon', 'sms-code'], linkLifetimeMinutes: 0 },
        sms: { countries: [] },
        signUp: { mode: 'open', allowedDomains: ['a.example', 'B.example'], deniedDomains: ['b.example'] },
        branding: { ...file.branding, locale: 'tl', logo: 'a'.repeat(64), name: '' },
      }),
    )
    expect(message.split('\n').map((line) => line.split(':')[0])).to.deep.equal([
      'recovery.linkLifetimeMinutes',
      'branding.name',
      'colours',
      'recovery.methods[0]',
      'branding.locale',
      'sms.countries',
      'signUp.allowedDomains[1]',
      'branding.logo',
    ])
    expect(
      await failed('import', 'harbour', await kept({ ...file, sms: { countries: ['ID', 'XX'] } })),
    ).to.match(/^sms\.countries\[1\]: there is no "XX"/)
    expect(await failed('import', 'harbour', join(folder, 'nowhere.json'))).to.contain('There is no file')
    expect((await inForce('harbour')).version).to.equal(1)
  })

  it('TI-01: take a logo only where the organization has that picture', async () => {
    const owner = await ownerOf(portal, 'harbour')
    await owner.open('/harbour/manage/branding/logo')
    await owner.press('Use this picture', {}, { logo: new Blob([new Uint8Array(png())]) })
    const file = await kept(await typed('export', 'harbour'))
    expect(await failed('import', 'meadow', file)).to.match(/^branding\.logo: this organization has no such/)
    await owner.press('Remove the logo')
    expect(await typed('import', 'harbour', file)).to.contain('Logo: none → ')
  })

  it('refuse what was decided on another version than the one in force', async () => {
    const path = await kept({ ...(await exported('harbour')), recovery: { linkLifetimeMinutes: 30 } })
    await typed('import', 'harbour', path, '--based-on', '1')
    const other = await kept({ ...(await exported('harbour')), recovery: { linkLifetimeMinutes: 40 } })
    expect(await failed('import', 'harbour', other, '--based-on', '1')).to.contain('Version 2 is in force')
    expect((await inForce('harbour')).settings.recovery.linkLifetimeMinutes).to.equal(30)
  })

  it('of several that are saved in the same instant, put one in force and refuse the others', async () => {
    const file = await exported('harbour')
    const paths = await Promise.all(
      [31, 32, 33, 34, 35].map((linkLifetimeMinutes) =>
        kept({ ...file, recovery: { linkLifetimeMinutes } }, `${linkLifetimeMinutes}.json`),
      ),
    )
    const owner = await ownerOf(portal, 'harbour')
    await propose(owner, 'harbour', { linkLifetimeMinutes: '20' })
    const tries = await Promise.allSettled([
      ...paths.map((path) => typed('import', 'harbour', path, '--based-on', '1')),
      owner.submit('Save these settings'),
    ])
    const saved = tries.filter((one) =>
      one.status === 'fulfilled' && typeof one.value !== 'string'
        ? one.value.status === 303
        : one.status === 'fulfilled',
    )
    expect(saved).to.have.length(1)
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).to.be.instanceOf(CommandFailed)
    expect((await inForce('harbour')).version).to.equal(2)
  })

  it('are downloaded by an owner from each version, as they are exported', async () => {
    const owner = await ownerOf(portal, 'harbour')
    const before = await typed('export', 'harbour')
    await typed('import', 'harbour', await kept(await typed('export', 'acme')))
    const page = await owner.open('/harbour/manage/history/1')
    const link = page.root.querySelector('a[download]')?.getAttribute('href') ?? ''
    const file = await owner.send('GET', link)
    expect(file.headers).to.include({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="harbour-settings-1.json"',
      'cache-control': 'no-store',
    })
    expect(file.body).to.equal(`${before}\n`)
    expect((await owner.send('GET', '/harbour/manage/history/9/file')).status).to.equal(404)
  })
})
