import type { AuditEvent, Origin } from '../../src/audit/audit.ts'
import { ALL_KINDS, GROUPS } from '../../src/audit/groups.ts'
import type { Undecidable } from '../../src/recovery/requests/decide.ts'
import type { RequestState } from '../../src/recovery/requests/store.ts'
import { COLUMNS } from '../../src/web/manage/activity/export.ts'
import { CHANNELS } from '../../src/delivery/message.ts'
import { FAULTS } from '../../src/web/manage/messages/fault.ts'
import { STATES } from '../../src/web/manage/messages/overview.ts'
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

const outcomes: Record<AuditEvent['outcome'], true> = { success: true, refused: true }

const doers: Record<Exclude<Origin['actor'], 'person'> | 'nobody', true> = {
  nobody: true,
  operator: true,
  system: true,
}

/** Keys of requests, messages and the log that are put together at run time. */
export const DESK_FAMILIES: readonly Family[] = [
  { beginning: 'errors.decision.', endings: Object.keys(undecidable) },
  { beginning: 'manage.requests.states.', endings: Object.keys(requestStates) },
  { beginning: 'manage.activity.kinds.', endings: ALL_KINDS },
  { beginning: 'manage.activity.groups.', endings: [...GROUPS] },
  { beginning: 'manage.activity.outcomes.', endings: Object.keys(outcomes) },
  { beginning: 'manage.activity.doers.', endings: Object.keys(doers) },
  { beginning: 'manage.messages.names.', endings: Object.keys(CHANNELS) },
  { beginning: 'manage.messages.channels.', endings: [...new Set(Object.values(CHANNELS))] },
  { beginning: 'manage.messages.states.', endings: [...STATES] },
  { beginning: 'manage.messages.faults.', endings: [...FAULTS] },
  { beginning: 'manage.export.columns.', endings: COLUMNS },
]
