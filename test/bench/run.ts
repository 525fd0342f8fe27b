import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { lossesIn, published, sharesOf } from './figures.ts'
import { measureLoad } from './load.ts'
import { measureSize } from './size.ts'
import { measureSpeed, type Row } from './speed.ts'

/**
 * `npm run bench`: what one machine does, and how much that is of what was published; with `-- gate` it fails for a loss of more
 * than a fifth. `-- load`: signing in beside floods. `-- size [folder]`: how all pages change with a million people.
 */
const [what, folder] = process.argv.slice(2)
print([...machine(), ['', '']])
if (what === 'size') await measureSize(say, folder)
else if (what === 'load') print(await measureLoad())
else compare(await measureSpeed())

function compare(rows: Row[]): void {
  print(rows)
  const known = published()
  const shares = sharesOf(rows, known)
  say(`\nBeside what was published, of ${known.machine}:`)
  print(shares.map(([name, share]) => [name, `${share.toFixed(2)} times`]))
  const losses = lossesIn(shares)
  if (losses.length === 0) return
  say(`Lost more than a fifth: ${losses.join(', ')}`)
  if (what === 'gate') process.exitCode = 1
}

function machine(): Row[] {
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
  return [
    ['machine', `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown make'}, ${gigabytes} GiB`],
    ['system', `${platform()} ${release()}, Node ${process.versions.node}`],
  ]
}

function print(rows: Row[]): void {
  const width = Math.max(...rows.map(([name]) => name.length))
  for (const [name, measured] of rows) say(`${name.padEnd(width)}  ${measured}`.trimEnd())
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
