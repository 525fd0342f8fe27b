import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Tools } from '../../src/cli/command.ts'
import { drawMachine } from '../../src/cli/diagram.ts'
import { run } from '../../src/cli/run.ts'
import { projectRoot } from '../../src/platform/root.ts'
import { moves } from '../../src/recovery/attempt.ts'

describe('latchkey diagram', () => {
  it('is what CONTRIBUTING.md shows; after a change of the machine, put there what it prints', async () => {
    const shown = readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8')
    const said: string[] = []
    await run(
      ['diagram'],
      () => undefined,
      () => ({ say: (line: string) => void said.push(line) }) as Tools,
    )
    expect(/^```mermaid\n(.*?)\n```$/ms.exec(shown)?.[1]).to.equal(said.join('\n'))
  })

  it('has every step and every event of the table, each where it may happen', () => {
    const lines = drawMachine().split('\n')
    for (const [step, events] of Object.entries(moves)) {
      for (const event of Object.keys(events)) {
        const isTold = (line: string) =>
          line.trim().startsWith(`${step.replace('-', '_')} -->`)
            ? line.endsWith(`: ${event}`)
            : line.trim().startsWith(`${event}: `) && line.split(' to ')[0]?.includes(step)
        expect(lines.some(isTold), `${event} at ${step}`).to.equal(true)
      }
    }
  })

  it('shows the way: nothing but the new password leads to the end, and no proof is passed by', () => {
    const lines = drawMachine()
      .split('\n')
      .map((line) => line.trim())
    expect(lines.filter((line) => line.includes('--> done'))).to.deep.equal(['password --> done: completed'])
    expect(lines.filter((line) => / --> keeping_codes/.test(line))).to.deep.equal([
      'enrolling --> keeping_codes: proved',
    ])
    expect(lines.filter((line) => line.startsWith('choosing'))).to.deep.equal([
      'choosing --> proving: chosen',
    ])
  })
})
