import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { CommandFailed } from '../../src/cli/command.ts'
import { bringSome, lookedAt, OLD_HASH, OLD_PASSWORD, start } from '../support/import.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn } from '../support/steps.ts'
import { terminal } from './terminal.ts'

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
      said: ['2 to be made, 0 here already, 0 bad.', '2 of 2', 'Made 2 accounts.'],
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
      'row 2, username, "mia": somebody else here has it',
      'row 3, phone, "12": no phone number; write it with the country code',
      '1 to be made, 0 here already, 2 bad.',
    ])
    expect(failed).to.equal('Of 2 rows nothing would be made.')
    expect(await peopleAt('harbour')).to.equal(before)
    expect(await portal.within('harbour', (tx) => tx.sql('imports'))).to.deep.equal([])
    expect((await typed('harbour', fileOf(csv))).failed).to.equal('Of 2 rows nothing was made.')
    expect(await peopleAt('harbour')).to.equal(before + 1)
  })

  it('goes on with what was interrupted', async () => {
    const csv = `email\n${Array.from({ length: 600 }, (_, index) => `p${index}@lintas.example`).join('\n')}`
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

  it('invites who brings no password along, if asked to', async () => {
    await typed('harbour', fileOf('email\nsari@lintas.example'), '--invite')
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['sari@lintas.example'])
  })

  it('says why a file cannot be used', async () => {
    expect((await typed('harbour', join(folder, 'nothing.csv'))).failed).to.contain('There is no file')
    expect((await typed('harbour', fileOf('a,b\n1,2'))).failed).to.contain('from row 1: its first row')
    expect((await typed('harbour', fileOf('email\n"a'))).failed).to.contain('from row 2: its quotation marks')
    expect((await typed('nowhere', fileOf('email\na@b.example'))).failed).to.contain('no organization')
  })
})
