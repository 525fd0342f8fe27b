import { expect } from 'chai'
import { CommandFailed } from '../../src/cli/command.ts'
import { enterAtFirst, initialIn } from '../support/people.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, createPassword, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import { terminal } from './terminal.ts'

describe('latchkey people create and people invite', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('prints an initial password once, with where and until when it is good', async () => {
    const said = await typed('people', 'create', 'lantern', 'Rani')
    expect(said[0]).to.equal('Created rani.')
    expect(said.join('\n')).to.contain(`${portal.url}/lantern/sign-in`).and.to.contain('nobody else')
    expect(said.join('\n')).to.contain('good until').and.to.contain('not shown again')
    expect((await enterAtFirst(portal.visitor(), initialIn(said))).address).to.match(/^\/lantern\/account/)
  })

  it('makes a new initial password for who has not chosen, and says so', async () => {
    const first = initialIn(await typed('people', 'create', 'lantern', 'rani', '--name', 'Rani Putri'))
    const said = await typed('people', 'create', 'lantern', 'rani')
    expect(said[0]).to.contain('was there, and now has a new initial password')
    expect(initialIn(said)).to.not.equal(first)
  })

  it('with an address, mails a link instead: the person signs in by username and by address', async () => {
    const said = await typed(
      ...['people', 'create', 'harbour', 'sari', '--email', 'Sari@Lintas.example', '--name', 'Sari Dewi'],
    )
    expect(said.join('\n'))
      .to.contain('on its way to Sari@Lintas.example')
      .and.to.not.contain('password to them')
    await portal.deliver()
    expect(portal.mailbox[0]?.text).to.contain('Hello Sari Dewi').and.to.not.contain('owner')
    expect(portal.mailbox[0]?.html).to.not.contain('owner')
    expect(portal.mailbox[0]?.html).to.contain('Your username is sari.')
    expect(portal.mailbox[0]?.text).to.contain('An account was made for you at Harbour Cloud.')
    const sari = portal.visitor()
    await followLink(sari, linkIn(portal.mailbox[0]))
    expect((await createPassword(sari, NEW_PASSWORD, { terms: 'accepted' })).heading).to.equal(
      'Your account is ready',
    )
    for (const name of ['sari', 'sari@lintas.example'])
      expect((await signIn(portal.visitor(), name, NEW_PASSWORD)).heading).to.equal('Hello, Sari Dewi')
  })

  it('invites an address that nobody could sign up with, also where sign-up is closed', async () => {
    for (const slug of ['harbour', 'meadow']) {
      await typed('people', 'invite', slug, 'sari@gmail.com')
      await portal.deliver()
      const sari = portal.visitor()
      await followLink(sari, linkIn(portal.mailbox.at(-1)))
      await createPassword(sari, NEW_PASSWORD, { terms: 'accepted' })
      expect((await signIn(sari, 'sari@gmail.com', NEW_PASSWORD, slug)).heading).to.equal('Hello, sari')
    }
  })

  it('sends a new link to who was invited before and has set no password, and says so', async () => {
    await typed('people', 'invite', 'harbour', 'sari@gmail.com')
    const said = await typed('people', 'invite', 'harbour', 'SARI@gmail.com')
    expect(said[0]).to.contain('was invited before')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(2)
  })

  for (const [what, words, why] of [
    ['a username that is taken', ['create', 'lantern', 'mia'], 'username is taken'],
    ['nobody without a name to recover with', ['invite', 'summit', 'sari@summit.example'], 'people create'],
    [
      'a username that is taken, for a new address',
      mailed('mia', 'new@lantern.example'),
      'username is taken',
    ],
    ['an address that is taken', mailed('sari', 'Mia@lantern.example'), 'has an account'],
    ['an address that is taken', ['invite', 'lantern', 'mia@lantern.example'], 'has an account'],
    ['a member as the maker', ['create', 'lantern', 'sari', '--as', 'noah'], '--as'],
    ['nobody as the maker', ['invite', 'lantern', 's@lintas.example', '--as', 'nobody'], '--as'],
    ['an organization that there is not', ['create', 'nowhere', 'sari'], 'no organization "nowhere"'],
    ['a username that is an address', ['create', 'lantern', 'sari@lintas.example'], 'the username must'],
    ['a username with a space', ['create', 'lantern', 'sari dewi'], 'the username must'],
    ['two addresses in one', ['invite', 'lantern', 'a@b.example,c@d.example'], 'one email address'],
    ['an address with a line break', mailed('sari', 'a@b.example\r\nBcc: c@d.example'), '--email must'],
    ['no name', ['create', 'lantern', 'sari', '--name', ' '], '--name must'],
    ['a name in two lines', ['create', 'lantern', 'sari', '--name', 'a\nb'], '--name must'],
    ['a name that is too long', ['create', 'lantern', 'sari', '--name', 'n'.repeat(201)], '--name must'],
    ['no username', ['create', 'lantern'], 'Something is missing'],
  ] as [string, string[], string][]) {
    it(`refuses ${what} (${words[0] ?? ''}), and leaves nobody behind`, async () => {
      const before = await peopleAt('lantern')
      const error: unknown = await typed('people', ...words).catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(CommandFailed)
      expect((error as Error).message).to.contain(why)
      expect(await peopleAt('lantern')).to.equal(before)
      await portal.deliver()
      expect(portal.mailbox).to.have.length(0)
    })
  }

  it('makes nothing in the name of an administrator who is suspended or whose account is protected', async () => {
    for (const columns of [{ state: 'suspended' }, { state: 'active', protected_at: portal.clock.now() }]) {
      await changeAccount(portal, 'lantern', 'adam', columns)
      const error: unknown = await typed('people', 'create', 'lantern', 'sari', '--as', 'adam').catch(
        (thrown: unknown) => thrown,
      )
      expect((error as Error).message).to.contain('--as')
    }
  })

  it('names every fault at once', async () => {
    const error: unknown = await typed(
      ...['people', 'create', 'lantern', 'no body', '--email', 'x', '--name', ''],
    ).catch((thrown: unknown) => thrown)
    expect((error as Error).message.split('\n')).to.have.length(3)
  })

  function mailed(username: string, email: string): string[] {
    return ['create', 'lantern', username, '--email', email]
  }

  async function typed(...words: string[]): Promise<string[]> {
    const { said, type } = terminal(portal)
    await type(...words)
    return said
  }

  async function peopleAt(slug: string): Promise<number> {
    return portal.within(slug, async (tx) => (await tx.sql('accounts').select('id')).length)
  }
})
