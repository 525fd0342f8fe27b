import { expect } from 'chai'
import type { TenantRow } from '../../src/database/transaction.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { askForLink, followLink } from '../support/steps.ts'

type Columns = Record<string, unknown>
interface SecretColumns extends TenantRow {
  hash: Buffer
  attempt_id: string
  issued_at: Date
  expires_at: Date
}

const hash = Buffer.alloc(32, 5)
const nobody = newId(systemRandom, new Date('2026-03-02T09:00:00Z'))

/** What no code may write, whatever fault it has, from an attempt that was sent and not yet answered. */
const IMPOSSIBLE_WHILE_PROVING: [string, Columns][] = [
  ['the new password without any proof', { step: 'password', browser_hash: hash }],
  ['the new password without a browser', { step: 'password', proven: ['email-link'] }],
  [
    'the new password by the proof of another method',
    { step: 'password', browser_hash: hash, proven: ['sms'] },
  ],
  [
    'the new password for nobody',
    { step: 'password', browser_hash: hash, proven: ['email-link'], account_id: null, security_epoch: null },
  ],
  ['done without having answered', { step: 'done', completed_by: nobody, ended_at: new Date() }],
  ['closed without a reason', { step: 'closed', ended_at: new Date() }],
  ['closed without an end', { step: 'closed', closed_reason: 'expired' }],
  [
    'closed for a reason that does not exist',
    { step: 'closed', closed_reason: 'bored', ended_at: new Date() },
  ],
  ['a reason without being closed', { closed_reason: 'expired' }],
  ['an end without being over', { ended_at: new Date() }],
  ['an owner without their epoch', { security_epoch: null }],
  ['an epoch without its owner', { account_id: null }],
  ['a step that does not exist', { step: 'home' }],
  ['a method whose name is none', { method: 'Carrier Pigeon' }],
  ['a sixth exchange', { exchanges: 6 }],
  ['a twenty-first submit', { submits: 21 }],
  ['fewer exchanges than none', { exchanges: -1 }],
  ['a browser’s raw token instead of its hash', { browser_hash: Buffer.alloc(43, 65) }],
]

const IMPOSSIBLE_AT_PASSWORD: [string, Columns][] = [
  ['forgetting the proof and staying', { proven: [] }],
  ['forgetting the owner and staying', { account_id: null, security_epoch: null }],
  ['forgetting the browser and staying', { browser_hash: null }],
  ['done without the submission that did it', { step: 'done', ended_at: new Date() }],
  ['a submission that did it without being done', { completed_by: nobody }],
  ['done without an end', { step: 'done', completed_by: nobody }],
]

describe('the database, of attempts that cannot be', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
    await askForLink(portal.visitor(), 'mia@harbour.example')
    await askForLink(portal.visitor(), 'adam@harbour.example')
    await portal.deliver()
    await followLink(portal.visitor(), linkIn(portal.mailbox.find(({ to }) => to.startsWith('adam'))))
  })
  after(() => portal.close())

  for (const [what, columns] of IMPOSSIBLE_WHILE_PROVING) {
    it(`refuses, of one that was sent: ${what}`, () => refuses('proving', columns))
  }
  for (const [what, columns] of IMPOSSIBLE_AT_PASSWORD) {
    it(`refuses, of one that was answered: ${what}`, () => refuses('password', columns))
  }

  it('refuses an owner who lives in another organization, or nowhere', async () => {
    const stranger = await portal.within('summit', async (tx) => {
      const row = await tx.rows<{ organization_id: string; id: string }>('accounts').first()
      return row?.id
    })
    expect(await faultOf('proving', { account_id: stranger })).to.equal(FOREIGN_KEY)
    expect(await faultOf('proving', { account_id: nobody })).to.equal(FOREIGN_KEY)
  })

  it('refuses a secret that ends before it begins, or that belongs to no attempt', async () => {
    const at = portal.clock.now()
    const id = await portal.within('harbour', async (tx) => {
      const row = await tx.rows<{ organization_id: string; id: string }>('recovery_attempts').first()
      return row!.id
    })
    expect(await faultOfSecret({ attempt_id: id, issued_at: at, expires_at: at })).to.equal(CHECK)
    const later = new Date(at.getTime() + 1000)
    expect(await faultOfSecret({ attempt_id: nobody, issued_at: at, expires_at: later })).to.equal(
      FOREIGN_KEY,
    )
  })

  async function refuses(step: string, columns: Columns): Promise<void> {
    expect(await faultOf(step, columns)).to.equal(CHECK)
  }

  async function faultOf(step: string, columns: Columns): Promise<unknown> {
    return codeOf(
      portal.within('harbour', (tx) =>
        tx.rows<TenantRow & Columns>('recovery_attempts').where({ step }).update(columns),
      ),
    )
  }

  async function faultOfSecret(columns: Omit<SecretColumns, 'organization_id' | 'hash'>): Promise<unknown> {
    return codeOf(
      portal.within('harbour', (tx) => tx.insert<SecretColumns>('recovery_secrets', { hash, ...columns })),
    )
  }
})

const CHECK = '23514'
const FOREIGN_KEY = '23503'

/** The SQLSTATE that work fails with; null when it does not fail. */
async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => (error as { code?: unknown }).code,
  )
}
