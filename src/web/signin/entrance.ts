import type { Browser, OpenedSession } from '../../signin/enter.ts'
import type { Visit } from '../visit.ts'

/** What the browser of a visit brings along to sign in with. */
export function browserOf({ cookies, visitor }: Visit): Browser {
  return {
    visitor,
    sessionToken: cookies.read('session'),
    halfToken: cookies.read('half'),
    deviceToken: cookies.read('device'),
  }
}

/** Gives a browser the cookies of the session that was opened, and takes those of what is over with that. */
export function writeSession({ cookies }: Visit, { sessionToken, deviceToken }: OpenedSession): void {
  cookies.write('session', sessionToken)
  cookies.write('device', deviceToken)
  cookies.clear('half')
  cookies.clear('recovery')
}
