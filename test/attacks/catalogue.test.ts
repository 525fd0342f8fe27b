import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { projectRoot } from '../../src/platform/root.ts'
import { catalogue, waiting } from './catalogue.ts'

/** An id at the front of a test's name, where the test stands for it. Several are separated by commas. */
const NAMED = /\bit\(\s*['"`]((?:[A-Z]{2}-\d{2}(?:, )?)+):/g

describe('the catalogue of attacks and faults', () => {
  const all = Object.entries(catalogue).flatMap(([family, numbers]) =>
    numbers.split(' ').map((number) => `${family}-${number}`),
  )
  const waits = Object.values(waiting).flatMap((ids) => ids.split(' '))
  const tested = idsInTests()

  it('names each once, and each that waits only once', () => {
    expect(all).to.deep.equal([...new Set(all)])
    expect(waits).to.deep.equal([...new Set(waits)])
  })

  it('has a test for each that does not wait', () => {
    const missing = all.filter((id) => !tested.has(id) && !waits.includes(id))
    expect(
      missing,
      'write a test whose name begins with the id, or say in catalogue.ts what it waits for',
    ).to.deep.equal([])
  })

  it('lets nothing wait that has a test', () => {
    const arrived = waits.filter((id) => tested.has(id))
    expect(arrived, 'take it out of what waits, in catalogue.ts').to.deep.equal([])
  })

  it('knows every id that a test is named by, or that waits', () => {
    expect([...tested, ...waits].filter((id) => !all.includes(id))).to.deep.equal([])
  })
})

function idsInTests(): Set<string> {
  const folder = join(projectRoot, 'test')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.ts'),
  )
  const names = files.flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(NAMED)])
  return new Set(names.flatMap(([, ids = '']) => ids.split(', ')))
}
