import { expect } from 'chai'
import { CommandFailed } from '../../src/cli/command.ts'
import { run } from '../../src/cli/run.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { terminal } from './terminal.ts'

const noTools = () => {
  throw new Error('the configuration was read for a command that does not run')
}

/** What a command line prints, and how it fails, where no command may start. */
async function typed(...argv: string[]): Promise<{ lines: string; failure: unknown }> {
  const lines: string[] = []
  const failure: unknown = await run(argv, (line) => void lines.push(line), noTools).catch(
    (error: unknown) => error,
  )
  return { lines: lines.join('\n'), failure }
}

describe('The command line', () => {
  it('prints every command, with what it does, when asked for help or for nothing', async () => {
    for (const argv of [[], ['help'], ['--help'], ['-h']]) {
      const { lines, failure } = await typed(...argv)
      expect(failure).to.equal(undefined)
      for (const name of [
        'demo',
        'serve',
        'worker',
        'migrate',
        'org create',
        'people create',
        'people invite',
        'keys rotate',
        'diagram',
        'owner reset',
        'settings export',
        'settings import',
      ])
        expect(lines).to.match(new RegExp(`^ +${name} +\\S`, 'm'))
    }
  })

  it('shows the commands that begin with a word, and its version', async () => {
    const { lines, failure } = await typed('org', '--help')
    expect(failure).to.equal(undefined)
    expect(lines).to.contain('org create').and.to.not.contain('migrate')
    expect((await typed('--version')).lines).to.match(/^latchkey \d+\.\d+\.\d+$/)
  })

  it('names a command that there is not, and shows those there are', async () => {
    for (const argv of [['server'], ['org'], ['org', 'delete'], ['create', 'org']]) {
      const { lines, failure } = await typed(...argv)
      expect(failure).to.be.instanceOf(CommandFailed)
      expect((failure as Error).message).to.equal(`There is no command "${argv.join(' ')}".`)
      expect(lines).to.contain('org create')
    }
  })

  it('starts nothing when there are words too many, and says where help is', async () => {
    for (const argv of [
      ['serve', 'sideways'],
      ['migrate', 'now', 'please'],
      ['org', 'create', 'birch', 'cedar'],
    ]) {
      const { failure } = await typed(...argv)
      expect(failure).to.be.instanceOf(CommandFailed)
      expect((failure as Error).message)
        .to.contain(argv.at(-1))
        .and.to.contain('--help')
    }
  })

  for (const name of [
    'demo',
    'serve',
    'worker',
    'migrate',
    'org create',
    'people create',
    'people invite',
    'keys rotate',
    'diagram',
    'owner reset',
  ]) {
    it(`explains ${name} without starting anything`, async () => {
      for (const flag of ['--help', '-h']) {
        const { lines, failure } = await typed(...name.split(' '), flag)
        expect(failure).to.equal(undefined)
        expect(lines.split('\n')[0]).to.contain(`latchkey ${name}`)
        expect(lines.split('\n')).to.have.length.above(2)
      }
    })
  }
})

describe('latchkey org create: what it refuses', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  /** How a command fails. */
  async function failure(...words: string[]): Promise<Error> {
    const error: unknown = await terminal(portal)
      .type(...words)
      .catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(CommandFailed)
    return error as Error
  }

  it('an option that there is not, or one without its value, and says where help is', async () => {
    for (const option of ['--owner', '--name', '--name='])
      expect((await failure('org', 'create', 'birch', option)).message).to.match(/--help|--name must be/)
    expect((await failure('migrate', '--force')).message).to.contain('latchkey migrate --help')
  })

  it('every fault at once', async () => {
    const { message } = await failure(
      'org',
      'create',
      'Not A Slug',
      '--owner-email',
      'a@b.example, c@d.example',
    )
    expect(message.split('\n')).to.have.length(3)
    expect(message).to.match(/slug.*\n.*--name.*\n.*--owner-email/)
  })

  const goodOptions = ['--name', 'Name', '--owner-email', 'owner@birch.example']
  const badSlugs = ['x', 'UPPER', 'two words', 'a-', 'a--b', 'ünder', '../up', 'a'.repeat(41)]
  for (const slug of [...badSlugs, 'demo', 'hooks', 'healthz', 'readyz', 'assets', 'metrics']) {
    it(`the slug "${slug}"`, async () => {
      expect((await failure('org', 'create', slug, ...goodOptions)).message).to.match(/^the slug must/)
    })
  }

  it('no slug at all', async () => {
    expect((await failure('org', 'create', ...goodOptions)).message).to.match(
      /^Something is missing: latchkey org/,
    )
  })

  it('a name that no page could show', async () => {
    const withName = (name: string) =>
      failure('org', 'create', 'birch', '--name', name, ...goodOptions.slice(2))
    expect((await withName('n'.repeat(101))).message).to.match(/^--name must/)
    expect((await withName('   ')).message).to.match(/^--name must/)
  })

  it('an owner’s name that is too long', async () => {
    const long = ['--owner-name', 'n'.repeat(201)]
    expect((await failure('org', 'create', 'birch', ...goodOptions, ...long)).message).to.match(
      /--owner-name/,
    )
  })

  for (const address of [
    '',
    'owner',
    'owner.birch.example',
    'owner@birch',
    'Owner <owner@birch.example>',
    'a@b.example\r\nBcc: c@d.example',
  ]) {
    it(`the address ${JSON.stringify(address)}`, async () => {
      const { message } = await failure('org', 'create', 'birch', '--name', 'Name', '--owner-email', address)
      expect(message).to.match(/^--owner-email must/)
    })
  }

  it('a slug that is taken', async () => {
    expect((await failure('org', 'create', 'harbour', ...goodOptions)).message).to.equal(
      'There is an organization "harbour" already.',
    )
  })
})
