import { LONGEST_FULL_NAME, newAccount } from '../accounts/account.ts'
import { addAccount } from '../accounts/store.ts'
import { isEmail } from '../accounts/identifiers.ts'
import { record } from '../audit/audit.ts'
import { isDuplicate } from '../database/faults.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { isOrganizationName, isSlug, RESERVED_SLUGS } from '../organizations/organization.ts'
import { parseSettings } from '../organizations/settings.ts'
import { addOrganization, currentSettings, saveSettings } from '../organizations/store.ts'
import { systemClock } from '../platform/clock.ts'
import { newId } from '../platform/random.ts'
import { invite } from '../recovery/begin.ts'
import { CommandFailed, type Command, type Opened } from './command.ts'

export const orgCreate: Command = {
  name: 'org create',
  usage: '<slug> --name <name> --owner-email <address> [--owner-name <full name>]',
  summary: 'creates an organization and invites its first owner',
  help: [
    'The slug is the first part of every address of the organization: letters, digits and hyphens.',
    'The first owner gets a mail with a link, good for 24 hours, to set a password.',
  ],
  options: { name: { type: 'string' }, 'owner-email': { type: 'string' }, 'owner-name': { type: 'string' } },
  takes: 1,
  async run(tools, { words: [slug = ''], options }) {
    const name = textOf(options['name'])
    const email = textOf(options['owner-email'])
    const faults = [
      ...(isSlug(slug)
        ? []
        : [
            `the slug must be 2 to 40 letters a-z, digits or single hyphens, and not ${RESERVED_SLUGS.join(', ')}`,
          ]),
      ...(isOrganizationName(name)
        ? []
        : ['--name must be the organization’s name, in one line of up to 100 characters']),
      ...(isEmail(email) ? [] : ['--owner-email must be one email address']),
      ...(textOf(options['owner-name']).length <= LONGEST_FULL_NAME
        ? []
        : [`--owner-name can have up to ${LONGEST_FULL_NAME} characters`]),
    ]
    if (faults.length > 0) throw new CommandFailed(faults.join('\n'))
    const opened = await tools.open()
    try {
      await opened.checkDatabase()
      await create(opened, {
        slug,
        name,
        email,
        ownerName: textOf(options['owner-name']) || email.slice(0, email.lastIndexOf('@')),
      })
    } catch (error) {
      if (isDuplicate(error)) throw new CommandFailed(`There is an organization "${slug}" already.`)
      throw error
    } finally {
      await opened.close()
    }
    tools.say(`Created ${name}: ${tools.config.server.publicUrl}/${slug}/sign-in`)
    tools.say(`A mail with a link to set a password is on its way to ${email}.`)
  },
}

/** The organization, its settings, its owner and the owner's invitation: all or nothing. */
async function create(
  { parts }: Opened,
  { slug, name, email, ownerName }: { slug: string; name: string; email: string; ownerName: string },
): Promise<void> {
  const id = newId(parts.random, systemClock.now())
  await withOrganization(parts.database, id, async (tx: Transaction) => {
    await addOrganization(tx, { id, slug, name, state: 'active' })
    await saveSettings(tx, parseSettings({}))
    const owner = newAccount({
      id: newId(parts.random, tx.now),
      fullName: ownerName,
      role: 'owner',
      email,
      // The operator vouches for it; nobody gets in before opening the mail that goes there.
      emailVerifiedAt: tx.now,
    })
    await addAccount(tx, owner)
    await record(tx, parts.random, {
      kind: 'organization.created',
      outcome: 'success',
      origin: { actor: 'operator' },
      subjectId: owner.id,
      detail: { slug },
    })
    await invite(parts, tx, await currentSettings(tx), { ...owner, email })
  })
}

function textOf(option: string | boolean | undefined): string {
  return typeof option === 'string' ? option.trim() : ''
}
