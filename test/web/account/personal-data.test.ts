import { expect } from 'chai'
import knex from 'knex'
import { DEMO_PASSWORD } from '../../../seeds/demo-organizations.ts'
import { connectionOf } from '../../../src/database/connect.ts'
import { MINUTE } from '../../../src/platform/clock.ts'
import { askForEmail, changeEmail } from '../../support/contacts.ts'
import { asking } from '../../support/desk.ts'
import { enterAtFirst, handOut } from '../../support/people.ts'
import { openPortal, type Portal } from '../../support/portal.ts'
import { setUpHere } from '../../support/profile.ts'
import { askForLink, getLink, signIn } from '../../support/steps.ts'
import { changePassword, rowsOf } from '../../support/undoing.ts'
import type { Visitor } from '../../support/visitor.ts'

/** Which part of the file tells of a table; two where it tells of it by what hangs on it. */
const TOLD: Record<string, string> = {
  accounts: 'profile',
  passwords: 'password',
  initial_passwords: 'initialPassword',
  authenticators: 'authenticator',
  recovery_codes: 'authenticator',
  sessions: 'sessions',
  known_devices: 'knownDevices',
  pending_contacts: 'waitingContacts',
  account_changes: 'changes',
  recovery_attempts: 'recoveries',
  recovery_requests: 'requests',
  accepted_terms: 'acceptedTerms',
  messages: 'messages',
  audit_events: 'activity',
}

/** What is left out, and why. */
const LEFT_OUT: Record<string, string> = {
  organization_logos: 'of the organization',
  organization_settings: 'of the organization',
  account_names: 'what the profile tells, as it is searched for',
  foreign_hash_kinds: 'how hashes are made, of the organization',
  imports: 'counts of the organization',
  import_batches: 'sealed rows of people who are nobody’s yet, gone within a day',
  running_imports: 'names an import and nobody',
  sms_countries: 'counts of the organization',
  recovery_class_counts: 'counts of the organization',
  readiness_days: 'counts of the organization',
  readiness_asks: 'when a message was sent, which stands among the messages; gone within a week',
  sign_in_delays: 'under a keyed hash, of whoever tried, and gone within a day',
  half_sign_ins: 'a sign-in that is not one yet, gone within minutes',
  pending_authenticators: 'a secret that is nobody’s yet, gone within minutes',
  contact_secrets: 'hashes of secrets; what they were for is in the waiting contacts',
  recovery_secrets: 'hashes of secrets; what they were for is in the recoveries',
  request_approvals: 'what others decided, and why',
  sign_ups: 'whoever sent them in: they are nobody’s before the account is there',
  sign_up_links: 'hashes of secrets',
  captured_messages: 'the demo’s outbox, which everybody can read',
  due_messages: 'names a message and nobody',
  unchained_events: 'names an event and nobody',
  audit_links: 'names an event and nobody',
}

type Copy = Record<string, unknown> & { messages: { name: string }[]; activity: { by: string }[] }

describe('a person’s copy of their own data', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  async function copyOf(visitor: Visitor, slug = 'harbour'): Promise<{ body: string; copy: Copy }> {
    await visitor.open(`/${slug}/account/data`)
    const { body } = await visitor.submit('Download your data')
    return { body, copy: JSON.parse(body) as Copy }
  }

  it('tells of every table that can have rows of a person, but for those that are left out for a reason', async () => {
    const owner = knex({
      client: 'pg',
      connection: connectionOf(portal.store.owner),
      pool: { min: 0, max: 1 },
    })
    try {
      const { rows } = await owner.raw<{ rows: { name: string }[] }>(
        `select c.relname as name from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
         where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`,
      )
      const known = [...Object.keys(TOLD), ...Object.keys(LEFT_OUT)]
      expect(
        rows.map(({ name }) => name).toSorted(),
        'put it into src/web/account/personal-data.ts, or say here why not',
      ).to.deep.equal(known.toSorted())
    } finally {
      await owner.destroy()
    }
    await signIn(mia, 'mia')
    expect((await copyOf(mia)).copy).to.include.keys(...new Set(Object.values(TOLD)))
  })

  it('has what happened in it, with instants that machines read, and of others only what they were', async () => {
    const desk = asking(portal, 'harbour')
    await desk.ask(portal.visitor(), 'mia')
    await desk.refuse('mia', 'adam')
    await portal.deliver()
    await signIn(mia, 'mia')
    await setUpHere(portal, mia)
    await askForEmail(mia, 'mia@elsewhere.example')
    await askForLink(portal.visitor(), 'mia@harbour.example')
    await portal.deliver()
    const { body, copy } = await copyOf(mia)
    for (const part of Object.values(TOLD))
      if (!['acceptedTerms', 'initialPassword'].includes(part)) expect(copy[part], part).to.not.be.empty
    expect(copy['madeAt']).to.equal(portal.clock.now().toISOString())
    expect(copy.activity.map(({ by }) => by)).to.include.members(['you', 'administrator', 'system'])
    // Not whether a new address is somebody else's already (EN-09).
    expect(copy.messages.map(({ name }) => name)).to.have.members([
      'recover-link',
      'request-refused',
      'authenticator-changed',
    ])
    expect(body).to.not.match(/adam|front desk|Room 12/i)
  })

  it('has the address that waits, the one before a change, and since when the new one is there', async () => {
    await signIn(mia, 'mia')
    await changeEmail(portal, mia, 'mia@first.example')
    const changedAt = portal.clock.now()
    portal.clock.pass(MINUTE)
    await askForEmail(mia, 'mia@second.example')
    const { copy } = await copyOf(mia)
    expect(copy).to.deep.include({
      waitingContacts: [
        { kind: 'email', value: 'mia@second.example', askedAt: portal.clock.now().toISOString() },
      ],
    })
    expect(copy).to.have.nested.property('profile.email.changedAt', changedAt.toISOString())
    expect(copy).to.have.nested.property('changes[0].contactBefore.value', 'mia@harbour.example')
  })

  it('tells who came in with an initial password where it was first used', async () => {
    const rani = portal.visitor()
    await enterAtFirst(rani, await handOut(portal))
    const { copy } = await copyOf(rani, 'lantern')
    expect(copy).to.have.nested.property('initialPassword.madeAt', portal.clock.now().toISOString())
    expect(copy).to.have.nested.property('initialPassword.firstUse.at', portal.clock.now().toISOString())
    expect(copy['initialPassword']).to.have.all.keys('madeAt', 'firstUse')
  })

  it('has no hash, no sealed text and no token in it', async () => {
    await signIn(mia, 'mia')
    const { key, codes } = await setUpHere(portal, mia)
    const link = await getLink(portal, portal.visitor())
    const { body } = await copyOf(mia)
    const secrets = [
      DEMO_PASSWORD,
      key,
      ...codes,
      new URL(link).searchParams.get('token') ?? '',
      ...mia.cookies.values(),
    ]
    for (const table of ['passwords', 'authenticators', 'recovery_codes', 'sessions', 'recovery_attempts']) {
      for (const row of await rowsOf<Record<string, unknown>>(portal, 'harbour', 'mia', table)) {
        for (const [column, value] of Object.entries(row)) {
          if (Buffer.isBuffer(value)) secrets.push(value.toString('hex'), value.toString('base64url'))
          if (column === 'hash' || column.endsWith('_sealed')) secrets.push(String(value))
        }
      }
    }
    const found = secrets.filter((secret) => secret.length > 5 && secret !== 'null' && body.includes(secret))
    expect(found).to.deep.equal([])
    expect(secrets.length).to.be.above(15)
    expect(body).to.not.match(/"[^"]*(hash|sealed|token|secret)[^"]*":/i)
  })

  it('holds nothing of somebody else, also of one of the same name in another organization', async () => {
    const other = portal.visitor()
    await signIn(other, 'mia', DEMO_PASSWORD, 'summit')
    await changePassword(other, 'summit')
    await signIn(portal.visitor(), 'adam')
    await signIn(mia, 'mia')
    const { body, copy } = await copyOf(mia)
    expect(copy['changes']).to.deep.equal([])
    expect(body).to.not.match(/summit|adam/i)
  })
})
