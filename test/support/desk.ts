import { terminal } from '../cli/terminal.ts'
import type { Portal } from './portal.ts'
import type { Page, Visitor } from './visitor.ts'

/** Where people of one organization ask to be let back in, and where it is decided: the operator's terminal. */
export interface Desk {
  /** Asks, and lets the worker find out whom it names; returns the page that says so. */
  ask(visitor: Visitor, identifier: string): Promise<Page>
  /** Approves somebody's request, as the operator without a name; returns what was said last, or why not. */
  approve(asker: string, as: string | null): Promise<string>
  refuse(asker: string, as: string): Promise<string>
  /** Like `approve`, for the approval that shows a code; returns the code. */
  spokenCode(asker: string, as: string): Promise<string>
  /** Adam and Olivia approve; returns the code, or '' where a link comes instead. */
  letIn(asker: string): Promise<string>
  /** All that was said since the last command began. */
  said(): string
}

/** Opens the desk of an organization. */
export function asking(portal: Portal, slug: string): Desk {
  const shell = terminal(portal)
  const ids = new Map<string, string>()
  const idOf = async (asker: string) => {
    shell.said.length = 0
    await shell.type('requests', 'list', slug)
    // What is granted or refused is listed no more, and decided again all the same.
    const line = shell.said.find((said) => said.includes(`(${asker},`))
    if (line) ids.set(asker, line.slice(0, 36))
    return ids.get(asker) ?? ''
  }
  const decide = async (how: 'approve' | 'refuse', asker: string, as: string | null) => {
    const id = await idOf(asker)
    shell.said.length = 0
    const decider = as === null ? ['--as-operator'] : ['--as', as]
    return shell
      .type('requests', how, slug, id, ...decider, '--reason', 'Met at the front desk')
      .then(() => shell.said.at(-1) ?? '')
      .catch((error: unknown) => (error as Error).message)
  }
  const spokenCode = async (asker: string, as: string) => {
    await decide('approve', asker, as)
    return /^ {2}(\S+)$/m.exec(shell.said.join('\n'))?.[1] ?? ''
  }
  return {
    async ask(visitor, identifier) {
      await visitor.open(`/${slug}/recover/ask`)
      const page = await visitor.press('Ask', { identifier, note: 'Room 12' })
      await portal.deliver()
      return page
    },
    approve: (asker, as) => decide('approve', asker, as),
    refuse: (asker, as) => decide('refuse', asker, as),
    spokenCode,
    async letIn(asker) {
      await decide('approve', asker, 'adam')
      return spokenCode(asker, 'olivia')
    },
    said: () => shell.said.join('\n'),
  }
}
