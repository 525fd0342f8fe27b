import type { Asking, Awaiting, Begun } from '../../recovery/start.ts'
import type { Notice } from '../notice.ts'
import type { Submitted } from '../page.ts'
import type { Visit } from '../visit.ts'

/** Where a request goes on, by what it waits for, and what is said there of one that was made again. */
const AFTER: Record<Awaiting, { goTo: string; again: Notice }> = {
  choice: { goTo: '/recover/choose', again: 'message-sent-again' },
  link: { goTo: '/recover/sent', again: 'message-sent-again' },
  code: { goTo: '/recover/code', again: 'code-sent-again' },
}

/** What a request for recovery needs to know of the browser it comes from. */
export function askingFrom({ visitor, locale, cookies }: Visit): Asking {
  return { visitor, locale, recoveryToken: cookies.read('recovery'), deviceToken: cookies.read('device') }
}

/** Where each outcome of a request for recovery leads; who asked once more is told that it was heard. */
export function afterAsking(visit: Visit, begun: Begun, asked: 'first' | 'again'): Submitted {
  switch (begun.outcome) {
    case 'begun': {
      visit.cookies.write('recovery', begun.browserToken)
      const { goTo, again } = AFTER[begun.awaits]
      return asked === 'again' ? { goTo, notice: again } : { goTo }
    }
    case 'too-many':
      return { tooMany: begun.retryAfterSeconds }
    case 'too-early':
      return { tooMany: begun.retryAfterSeconds, early: true }
    case 'nothing-offered':
      return { goTo: '/recover' }
    case 'unreadable':
      return { errors: { identifier: [{ key: wordsForUnreadable(visit) }] } }
    case 'unknown-person':
      return { errors: { identifier: [{ key: 'errors.identifier.unknown' }] } }
    case 'no-address':
      return { show: 'recover/no-email', status: 422, view: {} }
  }
}

function wordsForUnreadable({ settings }: Visit): string {
  const { identifier } = settings.recovery
  return identifier === 'email'
    ? 'errors.identifier.not-an-email'
    : `errors.identifier.not-${identifier === 'username' ? 'a-username' : 'either'}`
}
