import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { CommandFailed } from '../../src/cli/command.ts'
import { runningHere, takeImport } from '../../src/people/import/store.ts'
import { bringSome, keptOf, lookedAt, OLD_HASH, OLD_PASSWORD, start } from '../support/import.ts'
import { untilWaiting } from '../support/locks.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, signIn } from '../support/steps.ts'
import { terminal } from './terminal.ts'

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `p${index}@lintas.example`).join('\n')

describe('latchkey people import', () => {
  let portal: Portal
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'))
  })
  after(() => rm(folder, { recursive: true }))
  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  function fileOf(csv: string): string {
    const path = join(folder, 'people.csv')
    writeFileSync(path, csv)
    return path
  }

  async function typed(...words: string[]): Promise<{ said: string[]; failed: string | null }> {
    const { said, type } = terminal(portal)
    try {
      await type('people', 'import', ...words)
      return { said, failed: null }
    } catch (error) {
      expect(error).to.be.instanceOf(CommandFailed)
      return { said, failed: (error as CommandFailed).message }
    }
  }

  const peopleAt = async (slug: string) =>
    portal.within(slug, async (tx) => (await tx.sql('accounts').select('id')).length)

  it('makes accounts, owners too, and tells how far it is; done once more, it passes over who is here', async () => {
    const csv = `username,role,hash\nsari,owner,${OLD_HASH}\nbudi,,${OLD_HASH}\n`
    const first = await typed('harbour', fileOf(csv))
    expect(first).to.deep.equal({
      said: [
        '2 to be made, 0 here already, 0 bad.',
        'One of them comes to run the organization, as an owner or administrator. Every owner gets a message about it.',
        '2 of 2',
        'Made 2 accounts.',
      ],
      failed: null,
    })
    expect(await canSignIn(portal, OLD_PASSWORD, 'sari')).to.equal(true)
    expect(await typed('harbour', fileOf(csv))).to.deep.equal({
      said: ['0 to be made, 2 here already, 0 bad.'],
      failed: null,
    })
  })

  it('lists bad rows with what was found and why, and fails for them; with --dry-run it changes nothing', async () => {
    const before = await peopleAt('harbour')
    const csv =
      'username,email,phone\nmia,new@lintas.example,\nsari,sari@lintas.example,12\nbudi,b@lintas.example,'
    const { said, failed } = await typed('harbour', fileOf(csv), '--dry-run')
    expect(said).to.deep.equal([
      'row 2, username, "mia": Somebody else here has it.',
      'row 3, phone, "12": This is no phone number. Write it with the country code, and see that the spreadsheet keeps it as text.',
      '1 to be made, 0 here already, 2 bad.',
    ])
    expect(failed).to.equal('Of 2 rows nothing would be made.')
    expect(await peopleAt('harbour')).to.equal(before)
    expect(await portal.within('harbour', (tx) => tx.sql('imports'))).to.deep.equal([])
    expect((await typed('harbour', fileOf(csv))).failed).to.equal('Of 2 rows nothing was made.')
    expect(await peopleAt('harbour')).to.equal(before + 1)
  })

  it('goes on with what was interrupted', async () => {
    const csv = `email\n${addresses(600)}`
    const { found } = await lookedAt(portal, csv)
    await start(portal, found.id)
    await bringSome(portal, found.id)
    const before = await peopleAt('harbour')
    const { said, failed } = await typed('harbour', fileOf(csv))
    expect(failed).to.equal(null)
    expect(said[0]).to.contain('going on with it')
    expect(said.at(-1)).to.equal('0 to be made, 600 here already, 0 bad.')
    expect(await peopleAt('harbour')).to.equal(before + 350)
  })

  it('waits for a worker that has the rows in hand, and asks the database nothing meanwhile', async () => {
    const { found } = await lookedAt(portal, 'email\nsari@lintas.example')
    await start(portal, found.id)
    const typing = await portal.within('harbour', async (tx) => {
      await takeImport(tx, found.id)
      const running = typed('harbour', fileOf('email\nsari@lintas.example'))
      await untilWaiting(tx, 1)
      return { running }
    })
    const { said, failed } = await typing.running
    expect([said.at(-1), failed]).to.deep.equal(['0 to be made, 1 here already, 0 bad.', null])
  })

  it('fails, and says how far it came, where somebody stops it meanwhile', async () => {
    const running = typed('harbour', fileOf(`email\n${addresses(5000)}`))
    const olivia = portal.visitor()
    await signIn(olivia, 'olivia')
    const made = async () => {
      const id = await portal.within('harbour', runningHere)
      return id === null ? null : (await keptOf(portal, id)).found
    }
    let found = await made()
    while (!found?.made) found = await made()
    await olivia.open(`/harbour/manage/people/import/${found.id}`)
    await olivia.press('Stop the import')
    const { failed } = await running
    expect(failed).to.match(
      /^The import was stopped: \d+ of 5000 accounts were made\. The same command goes on\.$/,
    )
    expect((await keptOf(portal, found.id)).found.state).to.equal('stopped')
  })

  it('TI-18: brings nobody into a suspended organization, nor goes on there with what was interrupted', async () => {
    const { found } = await lookedAt(portal, 'email\nsari@lintas.example')
    await start(portal, found.id)
    await portal.within('harbour', (tx) =>
      tx.sql('organizations').where('id', tx.organizationId).update({ state: 'suspended' }),
    )
    const { said, failed } = await typed('harbour', fileOf('email\nbudi@lintas.example'))
    expect([said, failed]).to.deep.equal([[], 'The organization "harbour" is suspended.'])
    expect((await keptOf(portal, found.id)).found).to.include({ state: 'running', made: 0 })
  })

  it('invites who brings no password along, if asked to', async () => {
    await typed('harbour', fileOf('email\nsari@lintas.example'), '--invite')
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['sari@lintas.example'])
  })

  it('says why a file cannot be used', async () => {
    expect((await typed('harbour', join(folder, 'nothing.csv'))).failed).to.contain('There is no file')
    expect((await typed('harbour', fileOf('a,b\n1,2'))).failed).to.contain('The first row must name')
    expect((await typed('harbour', fileOf('email\n"a'))).failed).to.contain('Row 2 has quotation marks')
    expect((await typed('nowhere', fileOf('email\na@b.example'))).failed).to.contain('no organization')
  })
})
