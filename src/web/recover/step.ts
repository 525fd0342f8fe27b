import { standingOf, type Standing } from '../../recovery/standing.ts'
import { logRefusal } from '../errors.ts'
import type { Visit } from '../visit.ts'

/** The page on which each standing belongs. */
const PAGES: Record<Exclude<Standing['at'], 'ended'>, string> = {
  nowhere: '/recover',
  choosing: '/recover/choose',
  sent: '/recover/sent',
  code: '/recover/code',
  verifying: '/recover/authenticator',
  enrolling: '/recover/enrol',
  'keeping-codes': '/recover/recovery-codes',
  password: '/recover/password',
  done: '/recover/done',
}

/** How far the recovery of a browser is. */
export function standingIn({ parts, organization, cookies }: Visit): Promise<Standing> {
  return standingOf(parts, organization.id, cookies.read('recovery'))
}

/** The browser's standing if it is at the step of this page, else the page that it belongs on. */
export async function atStep<At extends Standing['at']>(
  visit: Visit,
  at: At,
): Promise<{ standing: Extract<Standing, { at: At }> } | { goTo: string }> {
  const standing = await standingIn(visit)
  if (standing.at === at) return { standing: standing as Extract<Standing, { at: At }> }
  logRefusal(visit.parts, visit.visitor.requestId, 'step')
  return { goTo: standing.at === 'ended' ? `/recover/ended/${standing.reason}` : PAGES[standing.at] }
}
