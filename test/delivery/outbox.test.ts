import { expect } from 'chai'
import { withOrganization } from '../../src/database/transaction.ts'
import { enqueue, sentMessages, type MessageRow } from '../../src/delivery/outbox.ts'
import { HOUR, after as later } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openRig, type Rig } from './rig.ts'

describe('the outbox', () => {
  let rig: Rig
  before(async () => (rig = await openRig()))
  after(() => rig.close())

  it('keeps no message of a transaction that was rolled back', async () => {
    const broken = withOrganization(rig.database, rig.harbour, async (tx) => {
      await enqueue(tx, systemRandom, {
        name: 'sign-in-paused',
        to: 'mia@harbour.example',
        locale: 'en',
        data: { accountId: 'a1' },
      })
      throw new Error('something later went wrong')
    })
    const outcome = await broken.catch((error: unknown) => (error as Error).message)
    const kept = await withOrganization(rig.database, rig.harbour, async (tx) =>
      tx.rows<MessageRow>('messages'),
    )
    expect([outcome, kept, await rig.due()]).to.deep.equal(['something later went wrong', [], []])
  })

  it('queues a message for now, and says until when it is worth sending', async () => {
    const now = rig.clock.now()
    const id = await rig.queue()
    expect(await rig.message(id)).to.include({ state: 'queued', tries: 0, fault: null })
    expect((await rig.message(id)).give_up_at).to.deep.equal(later(now, 6 * HOUR))
    expect(await rig.due()).to.deep.equal([{ id, organization_id: rig.harbour, due_at: now }])
    await rig.work()
  })

  it('shows what went out of the asked organizations only, newest first, with its words', async () => {
    rig.clock.pass(1000)
    await rig.queue('olivia@harbour.example')
    await rig.work()
    await rig.queue('adam@summit.example', rig.summit)
    await rig.work()
    const [newest, ...older] = await sentMessages(rig.database, [rig.harbour], 10)
    expect(older).to.have.length(1)
    expect(newest).to.include({ to: 'olivia@harbour.example', template: 'recover-link', channel: 'email' })
    expect(newest!.subject).to.equal('Reset your password for Harbour')
    expect(newest!.text).to.include(rig.minted[1])
    expect(newest!.html).to.include(rig.minted[1])
    expect(newest!.sentAt).to.deep.equal(newest!.createdAt)
  })
})
