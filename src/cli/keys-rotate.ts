import { UNDONE_WITHIN } from '../access/change-store.ts'
import { sealedAuthenticators } from '../credentials/authenticator-store.ts'
import { reseal, sealedByOthers, type SealedColumn } from '../database/reseal.ts'
import { withOrganization } from '../database/transaction.ts'
import { allOrganizations } from '../organizations/store.ts'
import { DAY } from '../platform/clock.ts'
import { sealedIdentifiers, sealedNotes, sealedPending } from '../recovery/sealed-store.ts'
import { CommandFailed, type Command, type Opened, type Tools } from './command.ts'

/**
 * All that is sealed for longer than three days, what cannot be replaced first. What people asked of their organization
 * lies sealed in the queue too, where it is worth sending for three days at the most.
 */
export const SEALED: readonly SealedColumn[] = [
  sealedAuthenticators,
  sealedPending,
  sealedNotes,
  sealedIdentifiers,
]

/** How long links that a key signed live: those that undo a change longest. */
const DAYS = UNDONE_WITHIN / DAY

export const keysRotate: Command = {
  name: 'keys rotate',
  usage: '',
  summary: 'seals everything anew with the first of SECRET_KEYS',
  help: [
    'Seals with the first key of SECRET_KEYS what other keys have sealed, while the portal serves, and tells which other',
    'keys are still needed. Before it, every process must have been restarted twice: with the new key last, so that all',
    'can read what it seals, and then with the new key first. It may be interrupted, and run again at any time.',
    'The demo’s own key lies in DATA_DIR/secret-key; in SECRET_KEYS its id is demo.',
  ],
  async run(tools) {
    const opened = await tools.open()
    try {
      await opened.checkDatabase()
      await rotate(tools, opened)
    } finally {
      await opened.close()
    }
  },
}

async function rotate({ say, config }: Tools, { parts }: Opened): Promise<void> {
  const { database, secrets } = parts
  const organizations = await allOrganizations(database)
  let total = 0
  const left: string[] = []
  for (const column of SEALED) {
    let sealed = 0
    const leftWith = new Map<string, number>()
    for (const { id } of organizations) {
      sealed += await reseal(database, secrets, id, column)
      for (const { key, count } of await withOrganization(database, id, (tx) =>
        sealedByOthers(tx, secrets, column),
      ))
        leftWith.set(key, (leftWith.get(key) ?? 0) + count)
    }
    if (sealed > 0) say(`Sealed anew with "${secrets.sealingKey}": ${sealed} ${column.what}.`)
    for (const [key, count] of leftWith) left.push(`"${key}" still seals ${count} ${column.what}.`)
    total += sealed
  }
  if (total === 0) say(`Nothing was sealed anew with "${secrets.sealingKey}".`)
  const others = config.secretKeys.map(({ id }) => id).filter((id) => id !== secrets.sealingKey)
  if (left.length > 0) throw new CommandFailed([...left, whatToDo(others)].join('\n'))
  if (others.length === 0) say('No other key seals anything, and SECRET_KEYS has no other.')
  for (const id of others) {
    say(`"${id}" seals nothing any more. Remove it ${DAYS} days after the last process was restarted with`)
    say(
      `"${secrets.sealingKey}" in front: links that undo a change are checked with it for as long, others of before for less.`,
    )
  }
}

function whatToDo(others: string[]): string {
  return others.length > 0
    ? `Keep ${others.map((id) => `"${id}"`).join(', ')}, see that every process runs with the new key in front, and run this again.\n` +
        'What stays then belongs to a key that SECRET_KEYS does not have, or was altered.'
    : 'Put the missing key behind the first in SECRET_KEYS: nobody can open what it sealed.'
}
