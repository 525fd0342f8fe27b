import { LONGEST_FULL_NAME } from '../accounts/account.ts'
import { isEmail, readIdentifier } from '../accounts/identifiers.ts'
import { isDuplicate } from '../database/faults.ts'
import { makerNamed, type NewPerson, type NotAdded } from '../people/add.ts'
import { addWithInitialPassword } from '../people/initial-password.ts'
import { addByInvitation } from '../people/invitation.ts'
import { invite } from '../recovery/begin.ts'
import { CommandFailed, type Command, type Opened, type Tools } from './command.ts'
import { inOrganization } from './requests.ts'

type Options = Parameters<Command['run']>[1]['options']

/** `makerName`: the administrator in whose name it is done, by username or address; null: whoever runs the server. */
interface InTheNameOf {
  makerName: string | null
}

const WHY: Record<NotAdded, string> = {
  'no-such-maker':
    'Say in whose name (--as): an administrator or owner who is there, by username or address.',
  'username-taken': 'This username is taken in this organization.',
  'email-taken': 'This address has an account in this organization already.',
}

const NEEDS_USERNAME =
  'This organization asks for a username at recovery, so give the person one: people create <organization> <username> --email <address>.'

const AS = '--as: the administrator in whose name it is done; without it, it is you who runs the server.'

export const peopleCreate: Command = {
  name: 'people create',
  usage: '<organization> <username> [--email <address>] [--name <full name>] [--as <username>]',
  summary: 'creates a person, with an invitation or an initial password',
  help: [
    'With an address, the person gets a mail with a link, good for 24 hours, to set a password.',
    'Without one, an initial password is printed, once: hand it to them yourself. It is good for seven days, and opens',
    'nothing but the choice of their own. Until they have chosen, the same command makes a new one, or sends a new link.',
    AS,
  ],
  options: { email: { type: 'string' }, name: { type: 'string' }, as: { type: 'string' } },
  takes: 2,
  async run(tools, { words: [slug = '', typed = ''], options }) {
    const identifier = readIdentifier(typed)
    const username = identifier?.kind === 'username' ? identifier.canonical : null
    const email = textOf(options, 'email')
    refuse([
      username === null &&
        'the username must begin with a letter or digit; then letters a-z, digits, dots, hyphens and underscores, 64 at most',
      email !== null && !isEmail(email) && '--email must be one email address',
      nameFault(options),
    ])
    const person = { ...commonOf(options, username ?? ''), username }
    await inOrganization(tools, slug, async (opened, organizationId) => {
      if (email === null) await handOut(tools, opened, { id: organizationId, slug }, person)
      else await sendInvitation(tools, opened, organizationId, { ...person, email })
    })
  },
}

export const peopleInvite: Command = {
  name: 'people invite',
  usage: '<organization> <email> [--name <full name>] [--as <username>]',
  summary: 'invites a person by mail',
  help: [
    'The mail has a link, good for 24 hours, to set a password. Any address may be invited, also where only company',
    'addresses can sign up. Until the person has set a password, the same command sends a new link.',
    AS,
  ],
  options: { name: { type: 'string' }, as: { type: 'string' } },
  takes: 2,
  async run(tools, { words: [slug = '', email = ''], options }) {
    refuse([!isEmail(email) && 'the address must be one email address', nameFault(options)])
    const person = { ...commonOf(options, email.slice(0, email.lastIndexOf('@'))), username: null, email }
    await inOrganization(tools, slug, (opened, organizationId) =>
      sendInvitation(tools, opened, organizationId, person),
    )
  },
}

/** Adds a person without an address, and prints the initial password. */
async function handOut(
  { say, config }: Tools,
  { parts }: Opened,
  { id, slug }: { id: string; slug: string },
  { makerName, ...person }: Omit<NewPerson, 'email'> & InTheNameOf,
): Promise<void> {
  const handed = await unlessTaken(() => addWithInitialPassword(parts, id, person, makerNamed(makerName)))
  if (handed.outcome !== 'added') throw new CommandFailed(WHY[handed.outcome])
  const name = person.username ?? ''
  say(handed.isNew ? `Created ${name}.` : `${name} was there, and now has a new initial password.`)
  say('Hand this initial password to them, and to nobody else:')
  say(`  ${handed.password}`)
  say(`They sign in with it at ${config.server.publicUrl}/${slug}/sign-in and choose their own.`)
  say(`It is good until ${handed.until.toISOString()}, and is not shown again.`)
}

/** Adds a person with an address, and the mail that lets them in: both or nothing. */
async function sendInvitation(
  { say }: Tools,
  { parts }: Opened,
  organizationId: string,
  person: NewPerson & { email: string } & InTheNameOf,
): Promise<void> {
  const { makerName, ...invited } = person
  const added = await unlessTaken(() =>
    addByInvitation(parts, organizationId, invited, {
      findMaker: makerNamed(makerName),
      invite: (tx, ...of) => invite(parts, tx, ...of),
    }),
  )
  if (added.outcome === 'needs-username') throw new CommandFailed(NEEDS_USERNAME)
  if (added.outcome !== 'added') throw new CommandFailed(WHY[added.outcome])
  const name = person.username ?? person.email
  say(added.isNew ? `Created ${name}.` : `${name} was invited before, and had set no password.`)
  say(`A mail with a link to set a password is on its way to ${person.email}.`)
}

async function unlessTaken<Result>(add: () => Promise<Result>): Promise<Result> {
  try {
    return await add()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new CommandFailed('Somebody was given this name or address in the same moment. Try again.')
  }
}

/** Who is called nothing else is called by their name for signing in. */
function commonOf(options: Options, otherwise: string): Pick<NewPerson, 'fullName'> & InTheNameOf {
  return { fullName: textOf(options, 'name') ?? otherwise, makerName: textOf(options, 'as') }
}

function nameFault(options: Options): string | false {
  const name = textOf(options, 'name')
  const isGood = name === null || (name !== '' && name.length <= LONGEST_FULL_NAME && !/\p{Cc}/u.test(name))
  return !isGood && `--name must be the person’s name, in one line of up to ${LONGEST_FULL_NAME} characters`
}

function textOf(options: Options, name: string): string | null {
  const option = options[name]
  return typeof option === 'string' ? option.trim() : null
}

function refuse(faults: (string | false)[]): void {
  const found = faults.filter((fault) => fault !== false)
  if (found.length > 0) throw new CommandFailed(found.join('\n'))
}
