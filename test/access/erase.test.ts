import { expect } from 'chai'
import knex from 'knex'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { IDS_IN_MESSAGES } from '../../src/access/messages-store.ts'
import { connectionOf } from '../../src/database/connect.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { DAY, SECOND } from '../../src/platform/clock.ts'
import { dumpEverything } from '../attacks/dump.ts'
import { newestConfirmation } from '../browser/steps.ts'
import { askForEmail, confirmEmail } from '../support/contacts.ts'
import { asking } from '../support/desk.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForCode, askForLink, changeAccount, signIn, signUp } from '../support/steps.ts'
import { setUpHere } from '../support/profile.ts'
import { ageChanges } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

/** Nobody else in the demo is called anything like it. */
const ZEBEDEE = {
  username: 'zebedee',
  full_name: 'Zeb Quillfeather',
  email: 'zebedee@acme.example',
  email_canonical: 'zebedee@acme.example',
  phone: '+6281299970071',
}
const NEWER_ADDRESS = 'zebedee@newer.example'
const TRACES = /zebedee|quillfeather|99970071/gi

interface EventRow extends TenantRow {
  subject_id: string | null
  actor_id: string | null
}

describe('erasing an account, on the real database', () => {
  let portal: Portal
  let zebedee: Visitor

  beforeEach(async () => {
    // The demo's own senders, which keep what they would have sent.
    portal = await openPortal({ sender: 'own', config: (config) => ({ ...config, environment: 'demo' }) })
    zebedee = portal.visitor()
    await changeAccount(portal, 'acme', 'adam', ZEBEDEE)
  })
  afterEach(() => portal.close())

  /** Everything that leaves a trace of somebody, themselves and others. */
  async function leaveTraces(): Promise<void> {
    await signIn(portal.visitor(), 'zebedee', 'Wrong-1!', 'acme')
    await askForLink(portal.visitor(), ZEBEDEE.email, 'acme')
    await askForCode(portal, portal.visitor(), 'zebedee', 'acme')
    await signUp(portal.visitor(), { email: ZEBEDEE.email, fullName: ZEBEDEE.full_name }, 'acme')
    const desk = asking(portal, 'acme')
    await desk.ask(portal.visitor(), 'noah')
    await desk.approve('noah', 'zebedee')
    await desk.ask(portal.visitor(), 'zebedee')
    await portal.deliver()
    await signIn(zebedee, 'zebedee', DEMO_PASSWORD, 'acme')
    await setUpHere(portal, zebedee, 'acme')
    await askForEmail(zebedee, NEWER_ADDRESS, 'acme')
    await portal.deliver()
    await confirmEmail(zebedee, await newestConfirmation(portal))
    await askForEmail(zebedee, 'zebedee@third.example', 'acme')
    await askForLink(portal.visitor(), NEWER_ADDRESS, 'acme')
  }

  /** The ids by which messages are about somebody's new addresses and numbers, as the messages name them. */
  const pendingIdsInMessages = () =>
    portal.within('acme', async (tx) => {
      const messages = await tx.rows<TenantRow & { data: { pendingId?: string } }>('messages')
      return messages.flatMap(({ data }) => data.pendingId ?? [])
    })

  it('leaves no name, address, number or username in any table, and the log under the id alone', async () => {
    await leaveTraces()
    const [{ id } = { id: '' }] = await portal.within('acme', (tx) =>
      tx.rows<TenantRow & { id: string; username: string }>('accounts').where('username', 'zebedee'),
    )
    expect((await dumpEverything(portal)).match(TRACES)?.length).to.be.above(20)
    expect(
      await pendingIdsInMessages(),
      'of the address that is confirmed and of the one that waits',
    ).to.have.length(2)
    await portal.within('acme', (tx) =>
      tx
        .rows<TenantRow & { id: string; deletion_due_at: Date }>('accounts')
        .where({ id })
        .update({ deletion_due_at: tx.now }),
    )
    await ageChanges(portal, 'acme')
    await portal.app.keepHouse()
    const [last] = (await dumpEverything(portal)).match(TRACES) ?? []
    expect(last, 'the last letter, which waits').to.equal('zebedee')
    await portal.deliver()
    await portal.app.keepHouse()
    const left = (await dumpEverything(portal)).split('\n').filter((row) => row.match(TRACES))
    expect(left).to.deep.equal([])
    expect(await pendingIdsInMessages(), 'they name nobody, but somebody’s they are').to.deep.equal([])
    const log = await portal.within('acme', (tx) =>
      tx.rows<EventRow>('audit_events').where({ subject_id: id }).orWhere({ actor_id: id }),
    )
    expect(log.length).to.be.above(5)
    // What he approved stands with his id, and is no approval of the operator's.
    const approvals = await portal.within('acme', (tx) =>
      tx.rows<TenantRow & { approver_id: string | null }>('request_approvals'),
    )
    expect(approvals.map(({ approver_id }) => approver_id)).to.deep.equal([id])
  })

  it('is held up by no reference: whatever hangs on an account goes with it, to the last table', async () => {
    const owner = knex({
      client: 'pg',
      connection: connectionOf(portal.store.owner),
      pool: { min: 0, max: 1 },
    })
    try {
      const { rows } = await owner.raw<{ rows: { on: string; to: string; onDelete: string }[] }>(
        `select conrelid::regclass::text as on, confrelid::regclass::text as to, confdeltype as "onDelete"
         from pg_constraint where contype = 'f'`,
      )
      const going = new Set(['accounts', 'messages', 'sign_ups'])
      for (let grown = 0; grown !== going.size;) {
        grown = going.size
        for (const { on, to } of rows) if (going.has(to)) going.add(on)
      }
      const held = rows.filter(({ to, onDelete }) => going.has(to) && onDelete !== 'c')
      expect(held).to.deep.equal([])
      expect(going.size).to.be.above(12)
    } finally {
      await owner.destroy()
    }
  })

  it('finds the messages about somebody along an index, by each of the ids that can name them', async () => {
    const owner = knex({
      client: 'pg',
      connection: connectionOf(portal.store.owner),
      pool: { min: 0, max: 1 },
    })
    try {
      const { rows } = await owner.raw<{ rows: { indexdef: string }[] }>(
        `select indexdef from pg_indexes where tablename = 'messages'`,
      )
      const indexed = rows.flatMap(({ indexdef }) => /\(\(data ->> '(\w+)'/.exec(indexdef)?.[1] ?? [])
      expect(indexed).to.have.members([...IDS_IN_MESSAGES])
    } finally {
      await owner.destroy()
    }
  })

  it('goes on with those who are due later when one cannot be deleted', async () => {
    await portal.within('acme', async (tx) => {
      const row = tx.rows<TenantRow & { username: string; deletion_due_at: Date }>('accounts')
      await row
        .clone()
        .where('username', 'mia')
        .update({ deletion_due_at: new Date(0) })
      await row.where('username', 'noah').update({ deletion_due_at: tx.now })
    })
    const owner = knex({
      client: 'pg',
      connection: connectionOf(portal.store.owner),
      pool: { min: 0, max: 1 },
    })
    try {
      await owner.raw(`
        create function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
        create trigger refused before delete on accounts for each row
          when (old.username = 'mia') execute function refuse()`)
    } finally {
      await owner.destroy()
    }
    await portal.app.keepHouse()
    const left = await portal.within('acme', (tx) =>
      tx
        .rows<TenantRow & { username: string; deletion_due_at: Date }>('accounts')
        .whereNotNull('deletion_due_at'),
    )
    expect(left.map(({ username }) => username)).to.deep.equal(['mia'])
  })

  it('deletes once and writes once, however many workers keep house at the moment', async () => {
    await portal.within('acme', (tx) =>
      tx
        .rows<TenantRow & { username: string; deletion_due_at: Date }>('accounts')
        .whereIn('username', ['zebedee', 'mia', 'noah'])
        .update({ deletion_due_at: new Date(portal.clock.now().getTime() - DAY) }),
    )
    portal.clock.pass(SECOND)
    await Promise.all(Array.from({ length: 6 }, () => portal.app.keepHouse()))
    const deleted = await portal.within('acme', (tx) =>
      tx.rows<TenantRow & { kind: string }>('audit_events').where('kind', 'account.deleted'),
    )
    const letters = await portal.within('acme', (tx) =>
      tx.rows<TenantRow & { template: string }>('messages').where('template', 'account-deleted'),
    )
    expect([deleted.length, letters.length]).to.deep.equal([3, 3])
  })
})
