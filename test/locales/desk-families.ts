import type { Undecidable } from '../../src/recovery/requests/decide.ts'
import type { RequestState } from '../../src/recovery/requests/store.ts'
import type { Family } from './families.ts'

const undecidable: Record<Undecidable, true> = {
  'no-such-request': true,
  'no-right': true,
  'own-request': true,
  twice: true,
  'enough-people': true,
  'no-reason': true,
}

const requestStates: Record<RequestState, true> = {
  open: true,
  approved: true,
  granted: true,
  refused: true,
  cancelled: true,
  expired: true,
}

/** Keys of requests, messages and the log that are put together at run time. */
export const DESK_FAMILIES: readonly Family[] = [
  { beginning: 'errors.decision.', endings: Object.keys(undecidable) },
  { beginning: 'manage.requests.states.', endings: Object.keys(requestStates) },
]
