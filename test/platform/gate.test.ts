import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { Gate } from '../../src/platform/gate.ts'
import { Unavailable } from '../../src/platform/unavailable.ts'

/** Work that is done when told. */
function heldWork(name: string, started: string[]) {
  const settling = new EventEmitter()
  const done = new Promise<string>((succeed, fail) => {
    settling.once('succeed', () => succeed(name))
    settling.once('fail', () => fail(new Error(name)))
  })
  return {
    run: () => {
      started.push(name)
      return done
    },
    succeed: () => settling.emit('succeed'),
    fail: () => settling.emit('fail'),
  }
}

const narrow = { what: 'the bridge', concurrency: 2, queue: 2, retryAfterSeconds: 2 }

describe('gate', () => {
  it('runs so many at once, lets so many wait, and refuses the next with when to come back', async () => {
    const started: string[] = []
    const gate = new Gate(narrow)
    const works = ['a', 'b', 'c', 'd'].map((name) => heldWork(name, started))
    const runs = works.map(({ run }) => gate.run(run))
    const refusal = await gate.run(heldWork('e', started).run).catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(Unavailable)
    expect(refusal).to.include({ what: 'the bridge', retryAfterSeconds: 2 })
    expect(started).to.deep.equal(['a', 'b'])
    for (const work of works) work.succeed()
    expect(await Promise.all(runs)).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('takes those who wait in the order they came, a newcomer after them', async () => {
    const started: string[] = []
    const gate = new Gate({ ...narrow, concurrency: 1, queue: 3 })
    const works = ['a', 'b', 'c', 'd'].map((name) => heldWork(name, started))
    const [first, ...others] = works.slice(0, 3).map(({ run }) => gate.run(run))
    works[0]!.succeed()
    const last = gate.run(works[3]!.run)
    await first
    for (const work of works) work.succeed()
    await Promise.all([...others, last])
    expect(started).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('never runs more at once than it may, however they come and go', async () => {
    const gate = new Gate({ ...narrow, queue: 20 })
    let [running, most] = [0, 0]
    const work = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise(setImmediate)
      running -= 1
    }
    const comeAgain = async (times: number): Promise<void> => {
      await gate.run(work)
      if (times > 1) await comeAgain(times - 1)
    }
    await Promise.all(Array.from({ length: 10 }, () => comeAgain(5)))
    expect(most).to.equal(2)
  })

  it('frees the place of work that fails, at once or later', async () => {
    const gate = new Gate({ ...narrow, concurrency: 1, queue: 1 })
    const work = heldWork('late', [])
    const late = gate.run(work.run).catch((error: unknown) => (error as Error).message)
    const waiting = gate
      .run(() => {
        throw new Error('at once')
      })
      .catch((error: unknown) => (error as Error).message)
    work.fail()
    expect(await Promise.all([late, waiting])).to.deep.equal(['late', 'at once'])
    expect(await gate.run(() => Promise.resolve('free'))).to.equal('free')
  })
})
