import type { Portal } from './portal.ts'
import { signIn } from './steps.ts'
import type { Page, Visitor } from './visitor.ts'

/** A browser in which the owner of an organization is signed in. */
export async function ownerOf(portal: Portal, slug: string): Promise<Visitor> {
  const owner = portal.visitor()
  await signIn(owner, 'olivia', undefined, slug)
  return owner
}

/** Changes the form of recovery's settings and looks at what would follow; returns that page, or the form with its faults. */
export async function propose(owner: Visitor, slug: string, change: Record<string, string>): Promise<Page> {
  await owner.open(`/${slug}/manage/recovery`)
  return owner.press('See what follows', change)
}

/** Changes settings of recovery through the pages alone; returns the page after it. */
export async function decide(owner: Visitor, slug: string, change: Record<string, string>): Promise<Page> {
  await propose(owner, slug, change)
  return owner.press('Save these settings')
}
