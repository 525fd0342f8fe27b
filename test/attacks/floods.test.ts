import { expect } from 'chai'
import type { DueRow } from '../../src/delivery/outbox.ts'
import type { Email } from '../../src/delivery/senders/sender.ts'
import { openPortal } from '../support/portal.ts'
import { askForLink } from '../support/steps.ts'

const FLOOD = 60

describe('attacks: floods of requests', () => {
  it('LD-04: a flood of forgotten passwords wants no hash, leaves by five at a time, and reaches one mailbox three times', async () => {
    let [onTheirWay, most] = [0, 0]
    const sent: Email[] = []
    let open: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    const portal = await openPortal({
      hashing: 'real',
      lanes: 'own',
      sender: {
        async send(email) {
          onTheirWay += 1
          most = Math.max(most, onTheirWay)
          // Each waits for all that leave with it: were they fewer, none would.
          if (onTheirWay === 5) open()
          await opened
          onTheirWay -= 1
          sent.push(email)
        },
        close: () => Promise.resolve(),
      },
      // What nobody is kept from: the gate of hashes would refuse whoever is not.
      config: (config) => ({ ...config, hashing: { concurrency: 1, queue: 1 } }),
    })
    try {
      const people = ['mia', 'noah', 'adam', 'olivia', 'nobody', 'stranger'].map(
        (name) => `${name}@harbour.example`,
      )
      for (let nth = 0; nth < FLOOD; nth += 1) {
        const answer = await askForLink(portal.visitor(), people[nth % people.length] ?? '')
        expect(answer.status).to.equal(303)
      }
      const waiting = await portal.app.parts.database.pool<DueRow>('due_messages')
      expect(waiting).to.have.length(FLOOD)
      const hashes = /latchkey_hash_wait_seconds_count (\d+)/.exec(await portal.app.metrics.text())?.[1]
      expect(hashes).to.equal('0')
      const rounds = [portal.app.dispatch(), portal.app.dispatch(), portal.app.dispatch()]
      await Promise.all(rounds)
      await portal.deliver()
      expect(most).to.equal(5)
      for (const person of people.slice(0, 4))
        expect(
          sent.filter(({ to }) => to === person),
          person,
        ).to.have.length(3)
      expect(sent).to.have.length(12)
      expect(await portal.app.parts.database.pool('due_messages')).to.have.length(0)
    } finally {
      await portal.close()
    }
  })
})
