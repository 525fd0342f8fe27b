import type { EventKind } from './audit.ts'

/** What kinds of events are about, in the order in which a reader of the log chooses among them. */
export const GROUPS = [
  'recovery',
  'requests',
  'sign-in',
  'account',
  'authenticator',
  'people',
  'messages',
  'organization',
] as const
export type Group = (typeof GROUPS)[number]

const GROUP_OF: Record<EventKind, Group> = {
  'organization.created': 'organization',
  'settings.changed': 'organization',
  'activity.exported': 'organization',
  'person.created': 'people',
  'initial-password.made': 'people',
  'recovery.requested': 'recovery',
  'recovery.method-chosen': 'recovery',
  'recovery.link-minted': 'recovery',
  'recovery.code-minted': 'recovery',
  'recovery.code-entered': 'recovery',
  'recovery.authenticator-proven': 'recovery',
  'recovery.authenticator-confirmed': 'recovery',
  'recovery.message-withheld': 'recovery',
  'recovery.link-followed': 'recovery',
  'recovery.refused': 'recovery',
  'recovery.cancelled': 'recovery',
  'recovery.disowned': 'recovery',
  'recovery.completed': 'recovery',
  'recovery.invited': 'people',
  'sign-in.succeeded': 'sign-in',
  'sign-in.half-way': 'sign-in',
  'sign-in.failed': 'sign-in',
  'sign-in.paused': 'sign-in',
  'sign-out': 'sign-in',
  'session.ended': 'sign-in',
  'step-up.passed': 'sign-in',
  'step-up.refused': 'sign-in',
  'password.changed': 'account',
  'language.changed': 'account',
  'profile.renamed': 'account',
  'contact.requested': 'account',
  'contact.cancelled': 'account',
  'contact.secret-minted': 'account',
  'contact.message-withheld': 'account',
  'contact.refused': 'account',
  'email.added': 'account',
  'email.changed': 'account',
  'email.removed': 'account',
  'phone.added': 'account',
  'phone.changed': 'account',
  'phone.removed': 'account',
  'change.undone': 'account',
  'authenticator.added': 'authenticator',
  'authenticator.replaced': 'authenticator',
  'authenticator.removed': 'authenticator',
  'authenticator.codes': 'authenticator',
  'message.lost': 'messages',
  'message.tested': 'messages',
  'sms.budget-nearly-spent': 'messages',
  'sms.country-paused': 'messages',
  'request.filed': 'requests',
  'request.approved': 'requests',
  'request.refused': 'requests',
  'request.cancelled': 'requests',
  'sign-up.requested': 'people',
  'sign-up.link-minted': 'people',
  'sign-up.message-withheld': 'people',
  'sign-up.verified': 'people',
  'sign-up.disowned': 'people',
  'sign-up.refused': 'people',
  'deletion.asked': 'people',
  'deletion.stopped': 'people',
  'account.deleted': 'people',
}

/** Every kind of event. */
export const ALL_KINDS = Object.keys(GROUP_OF) as EventKind[]

/** The kinds that are about one thing. */
export function kindsOf(group: Group): EventKind[] {
  return ALL_KINDS.filter((kind) => GROUP_OF[kind] === group)
}
