import type { EventKind } from '../audit/audit.ts'
import { HOUR } from '../platform/clock.ts'

/** How an attempt came to be: a person named somebody, or somebody known already was granted one. */
export type Origin = 'person' | 'expired-link' | 'paused-sign-in' | 'operator'

/** All that an attempt's origin changes. */
interface OriginRules {
  message: 'recover-link' | 'welcome'
  begun: Extract<EventKind, 'recovery.requested' | 'recovery.invited'>
  /** Milliseconds that its link lives, whatever the organization's setting is; null: the setting holds. */
  linkLifetime: number | null
}

const REQUEST: OriginRules = { message: 'recover-link', begun: 'recovery.requested', linkLifetime: null }

export const ORIGINS: Record<Origin, OriginRules> = {
  person: REQUEST,
  'expired-link': REQUEST,
  'paused-sign-in': REQUEST,
  // An invitation by the operator is read when its owner comes to work, not within minutes.
  operator: { message: 'welcome', begun: 'recovery.invited', linkLifetime: 24 * HOUR },
}
