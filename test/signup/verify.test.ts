import { expect } from 'chai'
import { newAccount } from '../../src/accounts/account.ts'
import type { Transaction } from '../../src/database/transaction.ts'
import { dueMessages, type MessageRow } from '../../src/delivery/outbox.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { endSignUp, waitingSignUp } from '../../src/accounts/signup-store.ts'
import { addAccount } from '../../src/accounts/store.ts'
import { followLink as followRecoveryLink } from '../../src/recovery/follow-link.ts'
import { admitByLink } from '../../src/recovery/from-sign-up.ts'
import { attemptOfLink, holdAttempt } from '../../src/recovery/in-hand.ts'
import { verifyEmail, type Verified } from '../../src/signup/verify.ts'
import { untilWaiting } from '../support/locks.ts'
import { openPortal, verificationIn, type Portal } from '../support/portal.ts'
import {
  followLink,
  getLink,
  getVerification,
  RINA,
  RINAS_PASSWORD,
  signUp,
  type AccountColumns,
} from '../support/steps.ts'

const VISITOR = { network: '198.51.100.7', place: '198.51.100.0/24', device: '', requestId: '' }

describe('Proving a mailbox, many at once', () => {
  let portal: Portal
  let harbour: string
  let presses = 0

  beforeEach(async () => {
    portal = await openPortal()
    harbour = (await portal.organization('harbour')).id
  })
  afterEach(() => portal.close())

  const press = (link: string) =>
    verifyEmail(
      portal.app.parts,
      harbour,
      { token: new URL(link).searchParams.get('token') ?? '', password: RINAS_PASSWORD },
      { visitor: { ...VISITOR, network: `198.51.100.${(presses += 1)}` }, askerToken: undefined },
    )
  const accounts = (email = RINA.email) =>
    portal.within('harbour', (tx) => tx.rows<AccountColumns>('accounts').where('email_canonical', email))
  const endings = () => portal.within('harbour', (tx) => tx.rows('sign_ups').orderBy('id').select('ending'))

  it('50 parallel verifications of two sign-ups of one address make one account', async () => {
    const links = [
      await getVerification(portal, portal.visitor()),
      await getVerification(portal, portal.visitor(), { fullName: 'Rina again' }),
    ]
    const pressed = await Promise.all(
      Array.from({ length: 50 }, (_, index) => pressWhileBusy(links[index % 2] ?? '')),
    )
    expect(await accounts()).to.have.length(1)
    expect(pressed.filter(({ outcome }) => outcome === 'verified')).to.have.length(1)
    const reasons = pressed.map((one) => ('reason' in one ? one.reason : one.outcome))
    expect(new Set(reasons)).to.deep.equal(new Set(['verified', 'used', 'overtaken']))
    expect((await endings()).map(({ ending }) => ending as string)).to.have.members(['verified', 'overtaken'])
    const events = await portal.within('harbour', (tx) =>
      tx.rows('audit_events').where('kind', 'sign-up.verified'),
    )
    expect(events).to.have.length(1)
  })

  it('an administrator who makes the account in the same moment was first, and that is no error', async () => {
    const link = await getVerification(portal, portal.visitor())
    const pressed = await pressWhile(link, (tx) =>
      addAccount(
        tx,
        newAccount({ id: newId(systemRandom, tx.now), fullName: 'Made by Adam', email: RINA.email }),
      ),
    )
    expect(pressed).to.include({ outcome: 'dead', reason: 'overtaken' })
    expect((await accounts()).map(({ full_name }) => full_name)).to.deep.equal(['Made by Adam'])
  })

  it('what its owner disowns in the same moment makes no account', async () => {
    const link = await getVerification(portal, portal.visitor())
    const pressed = await pressWhile(link, async (tx) => {
      const signUp = await waitingSignUp(tx, RINA.email)
      await endSignUp(tx, signUp?.id ?? '', 'disowned')
    })
    expect(pressed).to.include({ outcome: 'dead', reason: 'disowned' })
    expect(await accounts()).to.have.length(0)
  })

  it('verified, and recovered by a link, at once: one account', async () => {
    const link = await getVerification(portal, portal.visitor())
    const browsers = [portal.visitor(), portal.visitor()]
    const recoveries: string[] = []
    for (const browser of browsers) recoveries.push(await getLink(portal, browser, RINA.email))
    const [, ...pages] = await Promise.all([
      press(link),
      ...browsers.map((browser, index) => followLink(browser, recoveries[index] ?? '')),
    ])
    expect(await accounts()).to.have.length(1)
    for (const page of pages) expect(page.status).to.be.oneOf([200, 410])
  })

  it('a recovery link that is pressed twice at once makes one account, and does not end what it began', async () => {
    await getVerification(portal, portal.visitor())
    const token = new URL(await getLink(portal, portal.visitor(), RINA.email)).searchParams.get('token') ?? ''
    const { parts } = portal.app
    const second = await meanwhile(
      () => followRecoveryLink(parts, harbour, token, VISITOR),
      async (tx) => {
        const first = await attemptOfLink(tx, token, holdAttempt)
        if (!first) throw new Error('the link is of no attempt')
        await admitByLink(parts, tx, first.attempt, VISITOR)
      },
    )
    expect(second.outcome).to.equal('followed')
    expect(await accounts()).to.have.length(1)
  })

  it('a form that is sent twice at once makes two sign-ups, and one account', async () => {
    const rina = portal.visitor()
    await rina.open('/harbour/sign-up')
    const answers = await Promise.all([rina.submit('Sign Up', RINA), rina.submit('Sign Up', RINA)])
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303])
    await portal.deliver()
    expect(portal.mailbox).to.have.length(2)
    for (const mail of portal.mailbox) await press(verificationIn(mail))
    expect(await accounts()).to.have.length(1)
  })

  it('a mail that went out twice, because nobody could say that it did, has two links that both work', async () => {
    await signUp(portal.visitor())
    await portal.deliver()
    await portal.within('harbour', async (tx) => {
      const message = await tx.rows<MessageRow>('messages').first()
      if (!message) throw new Error('no message was queued')
      await tx.rows<MessageRow>('messages').update({ state: 'queued', ended_at: null })
      await dueMessages(tx).insert({ id: message.id, organization_id: harbour, due_at: tx.now })
    })
    await portal.deliver()
    const [first, second] = portal.mailbox.map(verificationIn)
    expect(first).not.to.equal(second)
    expect((await press(first ?? '')).outcome).to.equal('verified')
  })

  /** Presses a link's button while a transaction of somebody else has written and not committed yet. */
  function pressWhile(link: string, write: (tx: Transaction) => Promise<void>): Promise<Verified> {
    return meanwhile(() => press(link), write)
  }

  async function meanwhile<Result>(
    work: () => Promise<Result>,
    write: (tx: Transaction) => Promise<void>,
  ): Promise<Result> {
    const { done } = await portal.within('harbour', async (tx) => {
      await write(tx)
      const working = work()
      await untilWaiting(tx, 1)
      return { done: working }
    })
    return done
  }

  /** What a full gate turns away comes again, as a person would. */
  async function pressWhileBusy(link: string): Promise<Verified> {
    for (;;) {
      try {
        return await press(link)
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error
      }
    }
  }
})
