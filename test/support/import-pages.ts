import type { Portal } from './portal.ts'
import { signIn } from './steps.ts'
import type { Page, Visitor } from './visitor.ts'

/** Somebody who runs an organization, at the pages where people are imported. */
export interface ImportPages {
  visitor: Visitor
  /** Sends a file; returns the page that answers. */
  send(content: string | Buffer): Promise<Page>
  /** Has a file looked at, and returns the import's id. */
  look(csv: string): Promise<string>
  /** Starts an import that was looked at; returns the page that answers. */
  start(id: string, invites?: 'yes' | 'no'): Promise<Page>
}

/** Signs somebody in and opens the pages on which people are imported. */
export async function importHere(portal: Portal, username: string, slug = 'harbour'): Promise<ImportPages> {
  const visitor = portal.visitor()
  await signIn(visitor, username, undefined, slug)
  const address = `/${slug}/manage/people/import`
  const send = async (content: string | Buffer) => {
    await visitor.open(address)
    return visitor.press('Look at the file', {}, { people: new Blob([new Uint8Array(Buffer.from(content))]) })
  }
  return {
    visitor,
    send,
    async look(csv) {
      const page = await send(csv)
      const id = /\/import\/([0-9a-f-]{36})$/.exec(page.address)?.[1]
      if (id === undefined) throw new Error(`not looked at: ${page.text}`)
      return id
    },
    async start(id, invites = 'no') {
      await visitor.open(`${address}/${id}`)
      const button = visitor.page.root
        .querySelectorAll('button')
        .map((one) => one.textContent.trim())
        .find((words) => words.startsWith('Import '))
      return visitor.press(button ?? 'Import', { invites })
    },
  }
}
