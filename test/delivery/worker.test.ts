import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import knex from 'knex'
import { connectionOf, type ConnectionTarget } from '../../src/database/connect.ts'
import { sentMessages } from '../../src/delivery/outbox.ts'
import { listenForDueMessages } from '../../src/delivery/wakeups.ts'
import { HOUR } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { startWorker, type WorkerParts } from '../../src/worker.ts'
import { layCable } from '../faults/severed.ts'
import { openRig, type Rig } from './rig.ts'

const idle: WorkerParts = {
  dispatch: () => Promise.resolve(0),
  housekeeping: () => Promise.resolve(),
  chain: () => Promise.resolve(0),
  importPeople: () => Promise.resolve(0),
  listen: null,
  log: createLog('silent'),
  pollMs: HOUR,
  housekeepingMs: HOUR,
}

describe('the worker', () => {
  it('works on while there is work, then looks again after a while', async () => {
    const rounds = [5, 3, 0, 2, 0, 0]
    const worked: number[] = []
    const enough = signal()
    const worker = startWorker({
      ...idle,
      pollMs: 1,
      dispatch: () => {
        worked.push(rounds.shift() ?? 0)
        if (rounds.length === 0) enough.give()
        return Promise.resolve(worked.at(-1)!)
      },
    })
    await enough.given
    await worker.stop()
    expect(worked.slice(0, 6)).to.deep.equal([5, 3, 0, 2, 0, 0])
  })

  it('goes on after a round that throws and after housekeeping that throws', async () => {
    let rounds = 0
    const [workedAgain, keptAgain] = [signal(), signal()]
    let kept = 0
    const worker = startWorker({
      ...idle,
      pollMs: 1,
      housekeepingMs: 1,
      dispatch: () => {
        rounds += 1
        if (rounds === 1) return Promise.reject(new Error('the database is away'))
        workedAgain.give()
        return Promise.resolve(0)
      },
      housekeeping: () => {
        kept += 1
        if (kept === 1) return Promise.reject(new Error('the database is away'))
        keptAgain.give()
        return Promise.resolve()
      },
    })
    await Promise.all([workedAgain.given, keptAgain.given])
    await worker.stop()
  })

  it('chains the log while there is something to chain, and goes on after a round that throws', async () => {
    const rounds = [() => Promise.reject(new Error('the database is away')), () => Promise.resolve(500)]
    const enough = signal()
    let chained = 0
    const worker = startWorker({
      ...idle,
      pollMs: 1,
      chain: () => {
        chained += 1
        if (chained === 4) enough.give()
        return rounds.shift()?.() ?? Promise.resolve(0)
      },
    })
    await enough.given
    await worker.stop()
    expect(chained).to.be.at.least(4)
  })

  it('finishes the round in hand before it stops, and starts no other', async () => {
    const [begun, mayEnd] = [signal(), signal()]
    let rounds = 0
    let hasEnded = false
    const worker = startWorker({
      ...idle,
      async dispatch() {
        rounds += 1
        begun.give()
        await mayEnd.given
        hasEnded = true
        return 1
      },
    })
    await begun.given
    const stopped = worker.stop()
    const first = await Promise.race([stopped.then(() => 'stopped'), setImmediate('still working')])
    expect(first).to.equal('still working')
    mayEnd.give()
    await stopped
    expect([hasEnded, rounds]).to.deep.equal([true, 1])
  })

  it('tells what is under way when it is to stop', async () => {
    const told: string[] = []
    const untilTold = (what: string, stop: AbortSignal) =>
      new Promise<void>((resolve) =>
        stop.addEventListener('abort', () => {
          told.push(what)
          resolve()
        }),
      )
    const worker = startWorker({
      ...idle,
      dispatch: (stop) => untilTold('sending', stop).then(() => 0),
      housekeeping: (stop) => untilTold('housekeeping', stop),
    })
    await worker.stop()
    expect(told).to.have.members(['sending', 'housekeeping'])
  })

  describe('on a database', () => {
    let rig: Rig
    beforeEach(async () => (rig = await openRig()))
    afterEach(() => rig.close())

    it('sends at once what is queued while it waits, woken by the database', async () => {
      const [listening, idleRound, sent] = [signal(), signal(), signal()]
      const worker = startWorker({
        ...idle,
        listen: async (events) => {
          const end = await listenForDueMessages(rig.application, events)
          listening.give()
          return end
        },
        async dispatch() {
          const done = await rig.work()
          if (done > 0) sent.give()
          else if (listening.isGiven()) idleRound.give()
          return done
        },
      })
      await idleRound.given
      await rig.queue()
      await sent.given
      await worker.stop()
      expect(await sentMessages(rig.database, [rig.harbour], 10)).to.have.length(1)
    })

    it('listens again by itself when its connection is cut', async () => {
      const [first, second, woken] = [signal(), signal(), signal()]
      const worker = startWorker({
        ...idle,
        pollMs: 20,
        listen: async (events) => {
          const isSecond = first.isGiven()
          const wake = () => {
            if (isSecond) woken.give()
            events.wake()
          }
          const end = await listenForDueMessages(rig.application, { ...events, wake })
          ;(isSecond ? second : first).give()
          return end
        },
      })
      await first.given
      await cutListeners(rig)
      await second.given
      await rig.queue()
      await woken.given
      await worker.stop()
    })

    it('stops within seconds when the database has fallen silent', async () => {
      const cable = await layCable(rig.application as Exclude<ConnectionTarget, string>)
      try {
        const listening = signal()
        const worker = startWorker({
          ...idle,
          listen: async (events) => {
            const end = await listenForDueMessages(cable.target, events)
            listening.give()
            return end
          },
        })
        await listening.given
        cable.fallSilent()
        await worker.stop()
      } finally {
        await cable.close()
      }
    })

    it('gives up on a LISTEN that a silent database never answers', async () => {
      const cable = await layCable(rig.application as Exclude<ConnectionTarget, string>)
      try {
        cable.fallSilentAt('listen ')
        const failed = await listenForDueMessages(cable.target, {
          wake: () => undefined,
          lost: () => undefined,
        }).catch((error: unknown) => error)
        expect(failed).to.be.instanceOf(Error)
      } finally {
        await cable.close()
      }
    })

    it('works by looking when it cannot listen', async () => {
      const [refused, sent] = [signal(), signal()]
      const nowhere = { host: '/nowhere', port: 5432, user: 'nobody', database: 'none' }
      const worker = startWorker({
        ...idle,
        pollMs: 20,
        listen: async (events) => {
          try {
            return await listenForDueMessages(nowhere, events)
          } catch (error) {
            refused.give()
            throw error
          }
        },
        async dispatch() {
          const done = await rig.work()
          if (done > 0) sent.give()
          return done
        },
      })
      await refused.given
      await rig.queue()
      await sent.given
      await worker.stop()
    })
  })
})

/** Ends the listening connections from the server's side, as a restart of PostgreSQL does. */
async function cutListeners(rig: Rig): Promise<void> {
  const sql = knex({ client: 'pg', connection: connectionOf(rig.application), pool: { min: 0, max: 1 } })
  await sql.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'latchkey listener'`,
  )
  await sql.destroy()
}

function signal() {
  let give: () => void = () => undefined
  let isGiven = false
  const given = new Promise<void>((resolve) => {
    give = () => {
      isGiven = true
      resolve()
    }
  })
  return { given, give: () => give(), isGiven: () => isGiven }
}
