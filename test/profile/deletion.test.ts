import { expect } from 'chai'
import { accountById, accountNamed } from '../../src/accounts/store.ts'
import { after, DAY, MINUTE } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { askDeletion, keepAccount } from '../../src/profile/deletion.ts'
import { disownFromAccount } from '../../src/recovery/disown.ts'
import { stopBySession } from '../../src/recovery/requests/stop.ts'
import { undoOwnChange } from '../../src/recovery/undo-change.ts'
import { openSession } from '../../src/sessions/store.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount } from '../support/steps.ts'
import { changeMias, sayNotMe } from '../support/undoing.ts'

const VISITOR = { network: '192.0.2.0/24', place: '192.0.2.0/24', device: '', requestId: 'r1' }

describe('asking for one’s account to be deleted', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  /** Somebody who is signed in, as a page hands them on. */
  const signedIn = (username: string) =>
    portal.within('harbour', async (tx) => {
      const account = await accountNamed(tx, { kind: 'username', canonical: username })
      const accountId = account?.id ?? ''
      await openSession(tx, systemRandom, accountId, { address: '', device: '' })
      const [session] = await tx
        .rows<{ organization_id: string; id: string; account_id: string; token_hash: Buffer }>('sessions')
        .where({ account_id: accountId })
      if (!session) throw new Error(`${username} has no session`)
      return {
        accountId,
        sessionId: session.id,
        tokenHash: session.token_hash,
        visitor: VISITOR,
        locale: 'en',
      }
    })
  const ask = async (who: Awaited<ReturnType<typeof signedIn>>) =>
    (await askDeletion(portal.app.parts, (await portal.organization('harbour')).id, who)).outcome
  const dueOf = async (id: string) =>
    (await portal.within('harbour', (tx) => accountById(tx, id)))?.deletionDueAt ?? null

  it('leaves an owner, of two who ask in the same moment', async () => {
    for (let round = 0; round < 8; round += 1) {
      await changeAccount(portal, 'harbour', 'adam', { role: 'owner' })
      const [adam, olivia] = [await signedIn('adam'), await signedIn('olivia')]
      const outcomes = await Promise.all([ask(adam), ask(olivia)])
      expect(outcomes.toSorted(), `round ${round}`).to.deep.equal(['asked', 'last-owner'])
      await portal.within('harbour', (tx) =>
        tx
          .rows<{ organization_id: string; deletion_due_at: Date | null }>('accounts')
          .update({ deletion_due_at: null }),
      )
    }
  })

  it('counts neither a suspended owner nor one who is leaving as one who stays', async () => {
    await changeAccount(portal, 'harbour', 'adam', { role: 'owner', state: 'suspended' })
    expect(await ask(await signedIn('olivia'))).to.equal('last-owner')
    await changeAccount(portal, 'harbour', 'adam', { state: 'active' })
    expect(await ask(await signedIn('adam'))).to.equal('asked')
    expect(await ask(await signedIn('olivia'))).to.equal('last-owner')
  })

  it('keeps its day, when it is asked for once more', async () => {
    const mia = await signedIn('mia')
    await ask(mia)
    const dueAt = after(portal.clock.now(), 14 * DAY)
    portal.clock.pass(MINUTE)
    expect(await ask(await signedIn('mia'))).to.equal('asked')
    expect(await dueOf(mia.accountId)).to.deep.equal(dueAt)
    await portal.deliver()
    expect(portal.mailbox.filter(({ subject }) => subject.includes('will be deleted'))).to.have.length(1)
  })

  it('does nothing for a session that is not there any more', async () => {
    const mia = await signedIn('mia')
    expect(await ask({ ...mia, sessionId: newId(systemRandom, new Date(0)) })).to.equal('over')
    expect(await dueOf(mia.accountId)).to.equal(null)
  })

  it('is neither stopped nor anything undone by a token that the session no longer has', async () => {
    const mia = await signedIn('mia')
    await ask(mia)
    const stale = { ...mia, tokenHash: Buffer.alloc(32) }
    const { id } = await portal.organization('harbour')
    const nothing = newId(systemRandom, new Date(0))
    expect([
      await keepAccount(portal.app.parts, id, stale),
      (await undoOwnChange(portal.app.parts, id, nothing, stale)).outcome,
      await disownFromAccount(portal.app.parts, id, nothing, stale),
      await stopBySession(portal.app.parts, id, stale),
    ]).to.deep.equal(['over', 'over', 'session-over', 'session-over'])
    expect(await dueOf(mia.accountId)).to.not.equal(null)
    expect(await keepAccount(portal.app.parts, id, mia)).to.equal('kept')
  })

  it('is over when its person says that a change was not theirs: it may have been the thief who asked', async () => {
    const undo = await changeMias(portal, portal.visitor())
    const thief = await signedIn('mia')
    expect(await ask(thief)).to.equal('asked')
    await sayNotMe(portal.visitor(), undo)
    expect(await dueOf(thief.accountId)).to.equal(null)
  })
})
