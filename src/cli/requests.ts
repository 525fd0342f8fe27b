import { readIdentifier } from '../accounts/identifiers.ts'
import { accountById, accountNamed } from '../accounts/store.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { isSlug } from '../organizations/organization.ts'
import { organizationBySlug } from '../organizations/store.ts'
import { noteOf } from '../recovery/requests/request.ts'
import {
  approveRequest,
  refuseRequest,
  type Decision,
  type LetIn,
  type Undecidable,
} from '../recovery/requests/decide.ts'
import { approversOf, liveRequests } from '../recovery/requests/store.ts'
import { approvalsFor } from '../recovery/requests/who-decides.ts'
import { CommandFailed, type Command, type Opened, type Tools } from './command.ts'

type Input = Parameters<Command['run']>[1]

const WHY: Record<Undecidable, string> = {
  'no-such-request':
    'There is no such request waiting (see requests list), or the account has changed since it was made.',
  'no-right': 'Only administrators and owners decide, and only owners about an owner.',
  'own-request': 'Nobody decides about their own request.',
  twice: 'You have approved this already; somebody else must be the second.',
  'enough-people': 'There are enough people to decide, so the operator is none of them.',
  'no-reason': 'Say why, or how you checked the person (--reason).',
}

const deciding = {
  as: { type: 'string' },
  'as-operator': { type: 'boolean' },
  reason: { type: 'string' },
} as const

export const requestsList: Command = {
  name: 'requests list',
  usage: '<organization>',
  summary: 'lists the people who asked to be let back in',
  help: ['Prints each request that waits: its id, who asked, when, from where, and what they wrote.'],
  takes: 1,
  run: (tools, { words: [slug = ''] }) =>
    inOrganization(tools, slug, async ({ parts }, organizationId) => {
      await withOrganization(parts.database, organizationId, async (tx) => {
        const waiting = await liveRequests(tx)
        if (waiting.length === 0) tools.say('Nobody is waiting.')
        for (const request of waiting) {
          const person = await accountById(tx, request.accountId)
          const name = `${person?.fullName ?? ''} (${person?.username ?? person?.email ?? ''}, ${person?.role ?? ''})`
          const until = request.holdUntil ? `, link or code from ${request.holdUntil.toISOString()} on` : ''
          tools.say(`${request.id}  ${name}`)
          tools.say(`  asked ${request.askedAt.toISOString()} from ${request.address} ${request.device}`)
          const needed = person ? ` of ${String(approvalsFor(person, tx.now))}` : ''
          const approved = String((await approversOf(tx, request.id)).length)
          tools.say(`  ${request.state}, approvals: ${approved}${needed}${until}`)
          const note = noteOf(parts, request)
          if (request.isReport) tools.say('  They reported a change of their account that was not theirs.')
          if (note !== '') tools.say(`  ${JSON.stringify(note)}`)
        }
      })
    }),
}

export const requestsApprove: Command = {
  name: 'requests approve',
  usage: '<organization> <id> --as <username> | --as-operator --reason <how the person was checked>',
  summary: 'lets somebody back in, after the hold',
  help: [
    'Check the person first, by a way that does not go through this product: meet them, or call a number you know.',
    'For an administrator or an owner a second person must approve as well; nobody approves their own request.',
    'So it is for who has no email address, or another one for less than 30 days, and for who said that a change of their',
    'account was not theirs: somebody else may read their mail. Then the second approval prints a code, to be read out to the person:',
    'it works once, for 24 hours, on the page that is printed with it.',
    '--as-operator: one of the two, only where the organization has not enough people who may decide.',
  ],
  options: deciding,
  takes: 2,
  run: (tools, input) =>
    inOrganization(tools, input.words[0] ?? '', async ({ parts }, organizationId) => {
      const approved = await withOrganization(parts.database, organizationId, async (tx) =>
        approveRequest(parts, tx, await decisionOf(tx, input)),
      )
      if (approved.outcome === 'undecidable') throw new CommandFailed(WHY[approved.why])
      if (approved.outcome === 'one-more-needed') tools.say('Approved once. One more person must approve.')
      else sayLetIn(tools, input.words[0] ?? '', approved)
    }),
}

export const requestsRefuse: Command = {
  name: 'requests refuse',
  usage: '<organization> <id> --as <username> | --as-operator --reason <why>',
  summary: 'refuses a request, and tells the person',
  help: [
    'Also stops a request that was approved, and a link or code that is out, until it has set a password.',
  ],
  options: deciding,
  takes: 2,
  run: (tools, input) =>
    inOrganization(tools, input.words[0] ?? '', async ({ parts }, organizationId) => {
      const why = await withOrganization(parts.database, organizationId, async (tx) =>
        refuseRequest(parts, tx, await decisionOf(tx, input)),
      )
      if (why) throw new CommandFailed(WHY[why])
      tools.say('Refused.')
    }),
}

/** Says how the person gets in: by a link after the hold or, where they have no address, by the code that is shown here once. */
export function sayLetIn({ say, config }: Tools, slug: string, letIn: LetIn): void {
  if (letIn.outcome === 'approved') {
    say(`Approved. The person gets a link at ${letIn.holdUntil.toISOString()}, unless somebody stops it.`)
    return
  }
  say('Approved. No mail goes to this person. Read this code out to them, and to nobody else:')
  say(`  ${letIn.code}`)
  say(`They type it at ${config.server.publicUrl}/${slug}/recover/spoken-code`)
  say(`It works once, until ${letIn.until.toISOString()}, and is not shown again.`)
}

/** A decision as it was typed: whoever has this terminal runs the server, and may say in whose name. */
async function decisionOf(tx: Transaction, { words: [, requestId = ''], options }: Input): Promise<Decision> {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name].trim() : '')
  const isOperator = options['as-operator'] === true
  if (isOperator && text('as') !== '')
    throw new CommandFailed(
      'Decide in the name of a person (--as) or as the operator (--as-operator), not both.',
    )
  const reason = text('reason').slice(0, 500)
  if (isOperator) return { requestId, decider: null, origin: { actor: 'operator' }, reason }
  const identifier = readIdentifier(text('as'))
  const decider = identifier && (await accountNamed(tx, identifier))
  if (!decider) throw new CommandFailed('Say who decides, by a username or an address that is there (--as).')
  return { requestId, decider, origin: { actor: 'person', actorId: decider.id }, reason }
}

/** Runs work for the organization of a slug, on a database that is checked. Throws `CommandFailed` where there is none. */
export async function inOrganization(
  tools: Tools,
  slug: string,
  work: (opened: Opened, organizationId: string) => Promise<void>,
): Promise<void> {
  const opened = await tools.open()
  try {
    await opened.checkDatabase()
    const organization = isSlug(slug) ? await organizationBySlug(opened.parts.database, slug) : null
    if (!organization) throw new CommandFailed(`There is no organization "${slug}".`)
    await work(opened, organization.id)
  } finally {
    await opened.close()
  }
}
