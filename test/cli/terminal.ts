import type { Tools } from '../../src/cli/command.ts'
import { run } from '../../src/cli/run.ts'
import type { Portal } from '../support/portal.ts'

/** A terminal whose commands work on a portal's database and clock, and what they printed. */
export interface Terminal {
  said: string[]
  /** Runs a command to its end. Rejects as the command does. */
  type: (...words: string[]) => Promise<void>
}

/** A terminal beside a portal, for commands that do one thing and end. Those that serve need a process of their own. */
export function terminal({ app }: Portal): Terminal {
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const elsewhere = () => Promise.reject(new Error('this command is tested in a process of its own'))
  const tools: Tools = {
    config: app.parts.config,
    say,
    open: () =>
      Promise.resolve({
        dataFolder: null,
        parts: app.parts,
        checkDatabase: () => Promise.resolve(),
        close: () => Promise.resolve(),
        migrate: elsewhere,
        checkOwnership: elsewhere,
        seedDemo: elsewhere,
        serve: elsewhere,
        serveMetrics: elsewhere,
        startWorker: () => app.startWorker(),
      }),
    asksToEnd: elsewhere,
    demo: {
      organizations: [],
      people: [],
      password: '',
      authenticator: { username: '', key: '', recoveryCodes: [] },
    },
  }
  return { said, type: (...words) => run(words, say, () => tools) }
}
