import { checkChain } from '../audit/chain.ts'
import { CommandFailed, type Command } from './command.ts'
import { inOrganization } from './requests.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  usage: '<organization>',
  summary: 'checks that nobody changed the activity log',
  help: [
    'Compares every event with the link that a worker made of it and of the link before, and fails at the first that does',
    'not fit. Prints the last link: note it elsewhere, with the number before it. A later check prints another number, and',
    'a smaller one says that the end of the log was cut off.',
    'Events that no worker has chained yet are counted. With a worker running, none is older than some seconds.',
  ],
  takes: 1,
  run: (tools, { words: [slug = ''] }) =>
    inOrganization(tools, slug, async ({ parts }, organizationId) => {
      const found = await checkChain(parts.database, organizationId)
      if (found.brokenAt !== null)
        throw new CommandFailed(
          `The log was changed: event ${found.brokenAt} does not fit its link. Those before it are as they were.`,
        )
      tools.say(`${found.chained} events are chained and as they were.`)
      if (found.head) tools.say(`Last link: ${found.chained} ${found.head}`)
      if (found.oldestUnchained)
        tools.say(`${found.unchained} are not chained, the oldest of ${found.oldestUnchained.toISOString()}.`)
    }),
}
