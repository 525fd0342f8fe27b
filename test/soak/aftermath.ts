import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { authenticatorOf } from '../../src/credentials/authenticator-store.ts'
import type { Database } from '../../src/database/connect.ts'
import { withOrganization, type TenantRow } from '../../src/database/transaction.ts'
import { NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import type { Person, Walk } from './walks.ts'

interface AuditRow extends TenantRow {
  subject_id: string
  kind: string
}

interface MessageRow extends TenantRow {
  template: string
  data: { accountId?: string }
}

/** What is looked at when the program runs again after a kill. */
interface Aftermath {
  database: Database
  organizationId: string
  person: Person
  walk: Walk
  browser: () => Visitor
  /** Whether each of the sessions from before the recovery still holds. */
  kept: boolean[]
  /** Whether the browser in which the recovery went is signed in. */
  isRecovererSignedIn: boolean
}

/** Whether the new password is set, and everything that goes not with that. */
export async function findFaults(seen: Aftermath): Promise<{ isNew: boolean; faults: string[] }> {
  const { person, walk, kept } = seen
  const { hasAuthenticator, completions, notices } = await inTheDatabase(seen)
  const [withOld, withNew] = [await whereItLeads(seen, DEMO_PASSWORD), await whereItLeads(seen, NEW_PASSWORD)]
  const isNew = withNew !== 'nowhere'
  const linkAnswers = person.link && (await seen.browser().send('GET', person.link)).status
  const isBound = isNew && walk.enrols
  const rules: [string, boolean][] = [
    [
      `of the two passwords one signs in (old: ${withOld}, new: ${withNew})`,
      isNew !== (withOld !== 'nowhere'),
    ],
    ['the old password asks for no authenticator', withOld !== 'asked'],
    ['what was acknowledged is not lost', isNew || !person.isAcknowledged],
    ['an authenticator is bound exactly if it was part of a finished recovery', hasAuthenticator === isBound],
    ['the authenticator that is bound opens the account, and is asked for', withNew !== 'shut out'],
    ['the new password asks for what was bound', !isNew || (withNew === 'opened') === walk.enrols],
    [`all earlier sessions ended or all were kept (${kept.join()})`, kept.every((one) => one === !isNew)],
    [
      'whoever is told that they are signed in is',
      seen.isRecovererSignedIn === (person.isAcknowledged && walk.enrols),
    ],
    [`a link works until it is used (${linkAnswers})`, !linkAnswers || linkAnswers === (isNew ? 410 : 200)],
    [
      `the log and the notice tell of a finished recovery exactly if it was (${completions}, ${notices})`,
      [completions, notices].every((count) => count === (isNew ? 1 : 0)),
    ],
  ]
  return { isNew, faults: rules.flatMap(([rule, holds]) => (holds ? [] : [`not so: ${rule}`])) }
}

/** How far a password leads: home, past the authenticator (`opened`), to its closed door, or nowhere. */
async function whereItLeads(
  { browser, person, walk: { slug } }: Aftermath,
  password: string,
): Promise<'nowhere' | 'home' | 'asked' | 'opened' | 'shut out'> {
  const visitor = browser()
  const { address } = await signIn(visitor, person.username, password, slug)
  if (address === `/${slug}/account`) return 'home'
  if (address !== `/${slug}/sign-in/authenticator`) return 'nowhere'
  if (password === DEMO_PASSWORD || person.recoveryCode === null) return 'asked'
  const opened = await visitor.press('Sign in', { code: person.recoveryCode })
  return opened.address === `/${slug}/account` ? 'opened' : 'shut out'
}

async function inTheDatabase({ database, organizationId, person }: Aftermath) {
  return withOrganization(database, organizationId, async (tx) => {
    const completed = await tx
      .rows<AuditRow>('audit_events')
      .where({ subject_id: person.id, kind: 'recovery.completed' })
    const notices = await tx.rows<MessageRow>('messages').where('template', 'password-changed')
    return {
      notices: notices.filter(({ data }) => data.accountId === person.id).length,
      hasAuthenticator: (await authenticatorOf(tx, person.id)) !== null,
      completions: completed.length,
    }
  })
}
