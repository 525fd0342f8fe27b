import type { EventKind } from '../audit/audit.ts'
import { HOUR } from '../platform/clock.ts'

/** How an attempt came to be: a person named somebody, or somebody known already was granted one. */
export type Origin =
  'person' | 'expired-link' | 'paused-sign-in' | 'operator' | 'code-not-sent' | 'approved' | 'administrator'

/** What an attempt's origin changes. */
interface OriginRules {
  /** Who began it. */
  actor: 'visitor' | 'operator' | 'system'
  begun: Extract<EventKind, 'recovery.requested' | 'recovery.invited' | 'recovery.started'>
  /** The message that carries its secret; null: the one of its method. */
  message: 'welcome' | 'reset-started' | null
  /** Milliseconds that its secret lives, whatever the organization's setting is; null: the setting holds. */
  lifetime: number | null
  /** Whether its message counts against what the account may get in an hour and a day. */
  isLimited: boolean
  /** Whether nobody of the organization stands behind it: only then must the organization offer its method. */
  isSelfService: boolean
  /** Whether it sets the first password of a new account. */
  isInvitation: boolean
  /** Whether the person sets up their authenticator anew: that they lost it was checked by people. */
  enrolsAnew: boolean
}

const REQUEST = {
  actor: 'visitor',
  begun: 'recovery.requested',
  message: null,
  lifetime: null,
  isSelfService: true,
  isInvitation: false,
  enrolsAnew: false,
} as const

/** The rules of each origin. */
export const ORIGINS: Record<Origin, OriginRules> = {
  person: { ...REQUEST, isLimited: true },
  'expired-link': { ...REQUEST, isLimited: false },
  // Strangers who paused sign-in can use up what ordinary requests may cost as well.
  'paused-sign-in': { ...REQUEST, isLimited: false },
  // A code that was asked for could not go out by SMS: a link goes out instead, to the same person.
  'code-not-sent': { ...REQUEST, actor: 'system', isLimited: true },
  approved: {
    actor: 'system',
    begun: 'recovery.requested',
    message: null,
    lifetime: 24 * HOUR,
    isLimited: false,
    isSelfService: false,
    isInvitation: false,
    enrolsAnew: true,
  },
  // Who runs the organization started it for somebody, who does not sit and wait. Who has a second lock proves it.
  administrator: {
    actor: 'system',
    begun: 'recovery.started',
    message: 'reset-started',
    lifetime: 24 * HOUR,
    isLimited: false,
    isSelfService: false,
    isInvitation: false,
    enrolsAnew: false,
  },
  // An invitation is read when its reader comes to work, not within minutes.
  operator: {
    actor: 'operator',
    begun: 'recovery.invited',
    message: 'welcome',
    lifetime: 24 * HOUR,
    isLimited: false,
    isSelfService: false,
    isInvitation: true,
    enrolsAnew: false,
  },
}
