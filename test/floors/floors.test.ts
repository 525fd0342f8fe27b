import { expect } from 'chai'
import { filesUnder, importsOf, type SourceFile } from './source.ts'

/** The floors of `src`, the lowest first. Imports go down only. */
const FLOORS = [
  ['platform', 'database', 'i18n'],
  ['audit', 'limits', 'delivery'],
  ['organizations', 'accounts', 'credentials', 'sessions'],
  ['access'],
  ['recovery', 'signin', 'signup', 'people', 'profile', 'settings', 'notices'],
  ['web', 'cli', 'worker.ts', 'housekeeping.ts', 'metrics.ts'],
  ['main.ts', 'app.ts'],
]

/** The few that stand on a neighbour. */
const NEIGHBOURS = ['database on platform', 'main.ts on app.ts']

/** Wiring may import whatever there is, the demo's seeds too. */
const WIRING = FLOORS.length - 1

/** The browser loads these as they are, so it is served what they import, and nothing secret may be among it. */
const BROWSER = 'src/web/browser/'
const SERVED_TO_THE_BROWSER = ['src/credentials/password-rules.ts']

describe('floors: imports go down only', () => {
  const sources = filesUnder(['src'], ['.ts'])

  it('nothing in src imports from its own floor or one above', () => {
    expect(faultsIn(sources).join('\n')).to.equal('')
  })

  it('nothing is allowed that is not there', () => {
    const topics = sources.map(({ path }) => topicOf(path))
    const pairs = sources.flatMap((file) =>
      importsOf(file).map(({ target }) => `${topicOf(file.path)} on ${topicOf(target)}`),
    )
    expect(FLOORS.flat().filter((topic) => !topics.includes(topic))).to.deep.equal([])
    expect(NEIGHBOURS.filter((pair) => !pairs.includes(pair))).to.deep.equal([])
  })

  const wrong: [string, string, string][] = [
    ['a noun that imports a workflow', 'src/accounts/store.ts', '../recovery/begin.ts'],
    ['one noun that imports another', 'src/sessions/store.ts', '../accounts/account.ts'],
    ['one workflow that imports another', 'src/signin/sign-in.ts', '../recovery/begin.ts'],
    ['one door that imports another', 'src/cli/serve.ts', '../web/server.ts'],
    ['the ground that imports a door', 'src/platform/log.ts', '../web/visit.ts'],
    ['the clock that needs a database', 'src/platform/clock.ts', '../database/connect.ts'],
    ['a door that imports the wiring', 'src/web/server.ts', '../app.ts'],
    ['a workflow that imports the seeds', 'src/recovery/begin.ts', '../../seeds/demo.ts'],
    ['a topic without a floor', 'src/billing/invoice.ts', '../platform/clock.ts'],
    ['a script for browsers that pulls in the server', 'src/web/browser/form.ts', '../page.ts'],
  ]
  for (const [what, path, target] of wrong) {
    it(`sees ${what}, a type's import too`, () => {
      expect(faultsIn([{ path, text: `\nimport type { One } from '${target}'\n` }])[0]).to.match(
        new RegExp(`^${path}:2 .`),
      )
    })
  }
})

function faultsIn(files: SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter(({ isOurs }) => isOurs)
      .flatMap(({ at, target }) => {
        const reason = whyNot(file.path, target)
        return reason ? [`${at} imports ${target}: ${reason}`] : []
      }),
  )
}

/** Why one file may not import another, or null where it may. */
function whyNot(importer: string, target: string): string | null {
  if (importer.startsWith(BROWSER)) {
    return target.startsWith(BROWSER) || SERVED_TO_THE_BROWSER.includes(target)
      ? null
      : 'a script for browsers may import only what browsers are served'
  }
  const [own, other] = [topicOf(importer), topicOf(target)]
  const floor = floorOf(own)
  if (floor < 0) return `"${own}" is on no floor; give it one in test/floors and in CONTRIBUTING.md`
  if (floor === WIRING && !FLOORS[WIRING]?.includes(other)) return null
  if (!target.startsWith('src/')) return 'only main.ts and app.ts reach outside src'
  if (own === other || NEIGHBOURS.includes(`${own} on ${other}`)) return null
  const below = floorOf(other)
  if (below < 0) return `"${other}" is on no floor; give it one in test/floors and in CONTRIBUTING.md`
  if (below < floor) return null
  return below === floor
    ? `both are on floor ${floor} and know each other by id only; what both need sinks one floor`
    : `that is up, from floor ${floor} to ${below}; take it as an argument, or let it sink`
}

/** `recovery` of `src/recovery/store.ts`, `worker.ts` of `src/worker.ts`. */
function topicOf(path: string): string {
  return path.split('/')[1] ?? path
}

function floorOf(topic: string): number {
  return FLOORS.findIndex((topics) => topics.includes(topic))
}
