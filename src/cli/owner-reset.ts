import { withOrganization } from '../database/transaction.ts'
import { resetOwner } from '../recovery/requests/reset-owner.ts'
import { CommandFailed, type Command } from './command.ts'
import { inOrganization, sayLetIn } from './requests.ts'

export const ownerReset: Command = {
  name: 'owner reset',
  usage: '<organization> <username> [--reason <how the owner was checked>]',
  summary: 'lets an owner back in whom nobody can approve',
  help: [
    'For an owner who lost everything, where not enough others may decide. Check first that it is them.',
    'It is as if two had approved: the hold begins, and a letter tells the owner how to stop it; then a link follows.',
    'Who has no email address, or said that a change was not theirs, gets a code instead, which is printed here once.',
    'The others who run the organization are told by mail.',
    'Who has no username is named by email address.',
  ],
  options: { reason: { type: 'string' } },
  takes: 2,
  run: (tools, { words: [slug = '', name = ''], options: { reason } }) =>
    inOrganization(tools, slug, async ({ parts }, organizationId) => {
      const given = typeof reason === 'string' ? reason.trim().slice(0, 500) : ''
      const letIn = await withOrganization(parts.database, organizationId, (tx) =>
        resetOwner(parts, tx, { name, reason: given || 'latchkey owner reset' }),
      )
      if (!letIn) throw new CommandFailed(`There is no active owner "${name}" in this organization.`)
      sayLetIn(tools, slug, letIn)
    }),
}
