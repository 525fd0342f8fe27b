/**
 * An application in a process of its own: starts the private PostgreSQL of the folder in its first argument, prints
 * how to reach it and stays until a signal ends it. A second argument `polite` lets a Ctrl-C stop the database first.
 * A third argument is the launcher's file, for launchers installed elsewhere.
 */
import { pathToFileURL } from 'node:url'

const [dataDir = '', manners = 'rude', launcher] = process.argv.slice(2)
const file = launcher ? pathToFileURL(launcher).href : '../../src/database/embedded.ts'
const { startEmbedded } = (await import(file)) as typeof import('../../src/database/embedded.ts')

const database = await startEmbedded({ dataDir })
const alive = setInterval(() => undefined, 60_000)
if (manners === 'polite') {
  process.once('SIGINT', () => {
    clearInterval(alive)
    void database.stop().then(() => process.stdout.write('stopped\n'))
  })
}
// Last, because whoever reads this line may send the signal at once.
process.stdout.write(JSON.stringify(database) + '\n')
