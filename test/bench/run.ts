import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { measureSize } from './size.ts'
import { measureSpeed, type Row } from './speed.ts'

/** `npm run bench`: what one machine does. `npm run bench -- size [folder]`: how that changes with a million people. */
const [what, folder] = process.argv.slice(2)
print([...machine(), ['', '']])
if (what === 'size') await measureSize(say, folder)
else print(await measureSpeed())

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
