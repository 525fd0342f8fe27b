import { accountById } from '../accounts/store.ts'
import { withOrganization } from '../database/transaction.ts'
import { isSlug } from '../organizations/organization.ts'
import { organizationBySlug } from '../organizations/store.ts'
import { noteOf } from '../recovery/ask-organization.ts'
import { approveRequest, refuseRequest, type Undecidable } from '../recovery/decide-request.ts'
import { approversOf, liveRequests } from '../recovery/request-store.ts'
import { CommandFailed, type Command, type Opened, type Tools } from './command.ts'

type Input = Parameters<Command['run']>[1]

const WHY: Record<Undecidable, string> = {
  'no-such-request': 'There is no such request waiting, or the account has changed since it was made.',
  'no-such-decider': 'There is nobody of that username to decide (--as).',
  'no-right': 'Only administrators and owners decide, and only owners about an owner.',
  'own-request': 'Nobody decides about their own request.',
  twice: 'You have approved this already; somebody else must be the second.',
  'no-address': 'The person has no verified email address, so no link can reach them.',
  'no-reason': 'Say how you checked the person (--reason).',
}

const deciding = { as: { type: 'string' }, reason: { type: 'string' } } as const

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
          const until = request.holdUntil ? `, link at ${request.holdUntil.toISOString()}` : ''
          tools.say(`${request.id}  ${name}`)
          tools.say(`  asked ${request.askedAt.toISOString()} from ${request.address} ${request.device}`)
          tools.say(`  ${request.state}, ${(await approversOf(tx, request.id)).length} approval(s)${until}`)
          const note = noteOf(parts, request)
          if (request.isReport) tools.say('  They reported a change of their account that was not theirs.')
          if (note !== '') tools.say(`  ${JSON.stringify(note)}`)
        }
      })
    }),
}

export const requestsApprove: Command = {
  name: 'requests approve',
  usage: '<organization> <id> --as <username> --reason <how the person was checked>',
  summary: 'lets somebody back in, after the hold',
  help: [
    'Check the person first, by a way that does not go through this product: meet them, or call a number you know.',
    'For an administrator or an owner a second person must approve as well; nobody approves their own request.',
  ],
  options: deciding,
  takes: 2,
  run: (tools, input) =>
    inOrganization(tools, input.words[0] ?? '', async ({ parts }, organizationId) => {
      const approved = await withOrganization(parts.database, organizationId, (tx) =>
        approveRequest(parts, tx, decisionOf(input)),
      )
      if (approved.outcome === 'refused') throw new CommandFailed(WHY[approved.why])
      tools.say(
        approved.outcome === 'one-more-needed'
          ? 'Approved once. One more person must approve.'
          : `Approved. The person gets a link at ${approved.holdUntil.toISOString()}, unless somebody stops it.`,
      )
    }),
}

export const requestsRefuse: Command = {
  name: 'requests refuse',
  usage: '<organization> <id> --as <username> --reason <why>',
  summary: 'refuses a request, and tells the person',
  help: ['Also stops a request that was approved, as long as its link has not gone out.'],
  options: deciding,
  takes: 2,
  run: (tools, input) =>
    inOrganization(tools, input.words[0] ?? '', async ({ parts }, organizationId) => {
      const why = await withOrganization(parts.database, organizationId, (tx) =>
        refuseRequest(parts, tx, decisionOf(input)),
      )
      if (why) throw new CommandFailed(WHY[why])
      tools.say('Refused.')
    }),
}

function decisionOf({ words: [, requestId = ''], options }: Input) {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name].trim() : '')
  return { requestId, deciderName: text('as').toLowerCase(), reason: text('reason').slice(0, 500) }
}

async function inOrganization(
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
