import { expect } from 'chai'
import { filesUnder } from './source.ts'

/** What a release that still runs beside the new one would stumble over. */
const BREAKS: [what: string, seen: RegExp, example: string][] = [
  [
    'drops what may still be read',
    /\bdrop\s+(table|column|view|function)\b|\bdropColumns?\b|\bdropTable\b/i,
    'drop column phone',
  ],
  [
    'renames what may still be read',
    /\brename\s+(to|column)\b|\brename(Column|Table)\b/i,
    'rename column phone to mobile',
  ],
  [
    'gives a column another type',
    /\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b/i,
    'alter column tries type bigint',
  ],
  [
    'asks for what may still be left out',
    /\balter\s+column\s+\w+\s+(set\s+not\s+null|drop\s+default)\b/i,
    'alter column phone set not null',
  ],
  [
    'adds what may still be left out',
    /\badd\s+column\s+\w+\s(?![^,;`]*\b(default|generated)\b)[^,;`]*\bnot\s+null\b/i,
    'add column mobile text not null',
  ],
]

/** Said in the comment above, by whoever knows it: then a step may do it. */
const NOTE = /\bno release that may still run\b/i

describe('migrations, while the release before still runs', () => {
  it('take nothing away that it may use, and ask for nothing that it does not know', () => {
    const broken = filesUnder(['migrations'], ['.ts']).flatMap(({ path, text }) =>
      breaksIn(text).map((what) => `${path}: it ${what}`),
    )
    expect(
      broken,
      'add first and remove a release later, with a comment that says of what "no release that may still run" knows',
    ).to.deep.equal([])
  })

  it('are judged by their lines', () => {
    for (const [what, , example] of BREAKS) {
      expect(breaksIn(`alter table accounts\n  ${example}`), example).to.deep.equal([what])
      expect(breaksIn(`-- No release that may still run reads it.\n  ${example}`)).to.deep.equal([])
    }
    expect(breaksIn('add column tries smallint not null default 0')).to.deep.equal([])
  })
})

function breaksIn(text: string): string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) =>
    NOTE.test(lines[index - 1] ?? '')
      ? []
      : BREAKS.filter(([, seen]) => seen.test(line)).map(([what]) => what),
  )
}
