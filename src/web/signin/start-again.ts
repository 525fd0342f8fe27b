import type { GoTo } from '../page.ts'
import type { Visit } from '../visit.ts'

/** Where somebody goes whose sign-in is not half done any more, or never was. */
export function startAgain({ cookies, person }: Visit): GoTo {
  const wasHalfWay = cookies.read('half') !== undefined
  if (wasHalfWay) cookies.clear('half')
  if (person) return { goTo: '/account' }
  return wasHalfWay ? { goTo: '/sign-in', notice: 'sign-in-over' } : { goTo: '/sign-in' }
}
