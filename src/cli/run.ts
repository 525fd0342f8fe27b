import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../platform/root.ts'
import { auditVerify } from './audit-verify.ts'
import { CommandFailed, type Command, type Tools } from './command.ts'
import { demo } from './demo.ts'
import { diagram } from './diagram.ts'
import { keysRotate } from './keys-rotate.ts'
import { migrate } from './migrate.ts'
import { orgCreate } from './org-create.ts'
import { ownerReset } from './owner-reset.ts'
import { peopleImport } from './people-import.ts'
import { peopleCreate, peopleInvite } from './people.ts'
import { requestsApprove, requestsList, requestsRefuse } from './requests.ts'
import { serve } from './serve.ts'
import { settingsExport, settingsImport } from './settings.ts'
import { worker } from './worker.ts'

const commands: readonly Command[] = [
  demo,
  serve,
  worker,
  migrate,
  orgCreate,
  peopleCreate,
  peopleInvite,
  peopleImport,
  keysRotate,
  diagram,
  requestsList,
  requestsApprove,
  requestsRefuse,
  ownerReset,
  settingsExport,
  settingsImport,
  auditVerify,
]

/**
 * Runs the command that the words of a command line name, or prints help. `tools` is made only for a command that runs,
 * because making it reads the configuration. Throws `CommandFailed` for words that name no command or no option, and for
 * too many or too few.
 */
export async function run(argv: string[], print: (line: string) => void, tools: () => Tools): Promise<void> {
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => argv[index] === word))
  if (!command) {
    if (['--version', '-v', 'version'].includes(argv[0] ?? '')) {
      print(versionOfProduct())
      return
    }
    const related = commands.filter(({ name }) => name.startsWith(`${argv[0] ?? ''} `))
    printOverview(print, related.length > 0 ? related : commands)
    if (argv.length === 0 || argv.some((word) => ['help', '--help', '-h'].includes(word))) return
    throw new CommandFailed(`There is no command "${argv.join(' ')}".`)
  }
  const words = argv.slice(command.name.split(' ').length)
  if (words.includes('--help') || words.includes('-h')) printHelp(print, command)
  else {
    const input = read(command, words)
    await command.run(tools(), input)
  }
}

function read(command: Command, words: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: words,
      options: command.options ?? {},
      allowPositionals: true,
    })
    const surplus = positionals.slice(command.takes ?? 0)
    if (surplus.length > 0) throw new Error(`There is nothing to do with "${surplus.join(' ')}".`)
    if (positionals.length < (command.takes ?? 0))
      throw new Error(`Something is missing: latchkey ${command.name} ${command.usage}`)
    return { words: positionals, options: values as Record<string, string | boolean | undefined> }
  } catch (error) {
    throw new CommandFailed(
      `${error instanceof Error ? error.message : ''}\nSee: latchkey ${command.name} --help`,
    )
  }
}

function versionOfProduct(): string {
  const file = readFileSync(join(projectRoot, 'package.json'), 'utf8')
  return `latchkey ${(JSON.parse(file) as { version: string }).version}`
}

function printOverview(print: (line: string) => void, commands: readonly Command[]): void {
  print('latchkey <command>, with --help for more on each:')
  print('')
  for (const { name, summary } of commands) print(`  ${name.padEnd(17)} ${summary}`)
}

function printHelp(print: (line: string) => void, command: Command): void {
  print(`latchkey ${command.name} ${command.usage}`.trim())
  print('')
  for (const line of command.help) print(`  ${line}`)
}
