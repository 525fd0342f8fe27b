import { DEMO_ORGANIZATIONS } from '../../seeds/demo-organizations.ts'
import type { Role } from '../../src/accounts/account.ts'
import type { PasswordPolicy, PasswordProblem } from '../../src/credentials/password-policy.ts'
import { CHANNELS, type Channel } from '../../src/delivery/message.ts'
import type { ChangeOfAuthenticator, ContactKind, WayBack, WhyKept } from '../../src/delivery/news.ts'
import type { PhoneProblem } from '../../src/accounts/phone.ts'
import { settingsShape, type RecoverySettings } from '../../src/organizations/settings.ts'
import { STRATEGIES } from '../../src/recovery/strategies/index.ts'
import type { Strategy } from '../../src/recovery/strategy.ts'
import type { DeadReason } from '../../src/recovery/attempt.ts'
import { TOLD_KINDS, type Doer } from '../../src/profile/activity.ts'
import { MANAGING_PLACES, OWN_PLACES } from '../../src/web/places.ts'
import type { NextStep, Reached, WaysAre } from '../../src/web/account/ways-back.ts'
import type { EmailProblem, PhoneRefusal } from '../../src/profile/ask-contact.ts'
import type { Confirmation, DeadConfirmation } from '../../src/profile/confirm-email.ts'
import type { SignUpProblems } from '../../src/signup/judge.ts'
import type { InitialOver } from '../../src/signin/initial-password.ts'
import type { DeadSignUp } from '../../src/signup/verify.ts'
import type { Refused } from '../../src/web/errors.ts'
import { listOfRules, wordsFor } from '../../src/web/new-password.ts'
import { NOTICES } from '../../src/web/notice.ts'
import { DESK_FAMILIES } from './desk-families.ts'
import { MANAGING_FAMILIES } from './managing-families.ts'

/**
 * Keys that are put together at run time: the beginning that the code writes out, and everything that can follow it.
 * Where a type of the code says what can follow, a `Record` of it makes the compiler ask for what is missing here.
 */
export interface Family {
  beginning: string
  endings: string[]
}

const roles: Record<Role, true> = { member: true, administrator: true, owner: true }

const changes: Record<ChangeOfAuthenticator, true> = {
  added: true,
  replaced: true,
  removed: true,
  codes: true,
}

const doers: Record<Doer['who'], true> = {
  you: true,
  nobody: true,
  administrator: true,
  operator: true,
  system: true,
}

const waysAre: Record<WaysAre, true> = { none: true, one: true, all: true }
const reached: Record<Reached, true> = { none: true, unverified: true, verified: true, new: true }
const contacts: Record<ContactKind, true> = { email: true, phone: true }

const nextSteps: Record<NextStep, true> = {
  email: true,
  'confirm-email': true,
  phone: true,
  'confirm-phone': true,
  authenticator: true,
  'new-codes': true,
}

const confirmations: Record<Exclude<Confirmation['outcome'], 'dead' | 'too-many'> | DeadConfirmation, true> =
  {
    open: true,
    confirmed: true,
    expired: true,
    replaced: true,
    cancelled: true,
    taken: true,
    'account-changed': true,
    'not-accepted': true,
    'not-known': true,
    'signed-out': true,
  }

const mobileProblems: Record<PhoneRefusal | 'no-country', true> = {
  unreadable: true,
  'not-mobile': true,
  'no-country': true,
  same: true,
  country: true,
  'email-first': true,
}

const identifiers: Record<RecoverySettings['identifier'], true> = {
  'username-or-email': true,
  email: true,
  username: true,
}

const endings: Record<DeadReason, true> = {
  expired: true,
  used: true,
  replaced: true,
  cancelled: true,
  'too-many-tries': true,
  'no-longer-offered': true,
  'account-changed': true,
  'not-known': true,
}

const waysBack: Record<WayBack, true> = { asked: true, ask: true, operator: true }

const whyKept: Record<WhyKept, true> = { asked: true, 'last-owner': true }

const refusals: Record<ConstructorParameters<typeof Refused>[0], true> = {
  400: true,
  403: true,
  404: true,
  405: true,
  408: true,
  413: true,
  415: true,
  421: true,
  429: true,
  500: true,
  503: true,
}

const problems: Record<PasswordProblem, true> = {
  length: true,
  upper: true,
  lower: true,
  digit: true,
  symbol: true,
  'too-long': true,
  guessable: true,
  contextual: true,
  last: true,
}

const strictest: PasswordPolicy = settingsShape.parse({}).passwords
const rules = listOfRules(strictest, {})

const signUpEndings: Record<DeadSignUp, true> = {
  expired: true,
  used: true,
  overtaken: true,
  replaced: true,
  disowned: true,
  'no-longer-offered': true,
  'not-known': true,
}

const emailProblems: Record<NonNullable<SignUpProblems['email']> | EmailProblem, true> = {
  missing: true,
  same: true,
  unreadable: true,
  'free-mail': true,
  disposable: true,
  denied: true,
}

const phoneProblems: Record<PhoneProblem | 'no-country', true> = {
  unreadable: true,
  'not-mobile': true,
  'no-country': true,
}

const initialOver: Record<InitialOver, true> = { expired: true, used: true }

const termsProblems: Record<NonNullable<SignUpProblems['terms']>, true> = { missing: true }

export const FAMILIES: readonly Family[] = [
  { beginning: 'layout.places.', endings: [...OWN_PLACES, ...MANAGING_PLACES].map(({ name }) => name) },
  { beginning: 'layout.areas.', endings: ['account', 'manage'] },
  { beginning: 'layout.groups.', endings: [...new Set(MANAGING_PLACES.map(({ group }) => group))] },
  { beginning: 'account.home.ways.are.', endings: Object.keys(waysAre) },
  { beginning: 'account.home.ways.reached.', endings: Object.keys(reached) },
  { beginning: 'account.activity.kinds.', endings: [...TOLD_KINDS] },
  { beginning: 'account.activity.doers.', endings: Object.keys(doers) },
  { beginning: 'account.home.ways.next.', endings: Object.keys(nextSteps) },
  { beginning: 'account.profile.overview.state.', endings: Object.keys(reached) },
  { beginning: 'account.profile.overview.go.email.', endings: Object.keys(reached) },
  { beginning: 'account.profile.overview.go.phone.', endings: Object.keys(reached) },
  {
    beginning: 'account.profile.email.',
    endings: each(['add', 'change', 'confirm'], ['title', 'lead', 'email']),
  },
  { beginning: 'account.profile.phone.', endings: each(['add', 'change', 'confirm'], ['title', 'lead']) },
  {
    beginning: 'account.profile.confirm-email.',
    endings: each(Object.keys(confirmations), ['title', 'lead']),
  },
  {
    beginning: 'account.profile.confirm-email.',
    endings: each(
      Object.keys(confirmations).filter((state) => state !== 'open'),
      ['next'],
    ),
  },
  { beginning: 'account.profile.remove.', endings: each(Object.keys(contacts), ['title', 'lead', 'needed']) },
  { beginning: 'errors.mobile.', endings: Object.keys(mobileProblems) },
  { beginning: 'recover.undo-change.open.contacts.', endings: Object.keys(contacts) },
  { beginning: 'messages.account-protected.restored.', endings: Object.keys(contacts) },
  { beginning: 'roles.', endings: Object.keys(roles) },
  { beginning: 'steps.', endings: ['identify', 'prove', 'password'] },
  { beginning: 'error.', endings: each([...Object.keys(refusals), 'role'], ['title', 'body', 'next']) },
  { beginning: 'error.', endings: ['sign-in', 'account'] },
  { beginning: 'recover.ended.', endings: each(Object.keys(endings), ['title', 'reason', 'next']) },
  { beginning: 'recover.identify.asks.', endings: Object.keys(identifiers) },
  { beginning: 'ways.', endings: STRATEGIES.flatMap(wordsOfWay) },
  { beginning: 'notices.', endings: [...NOTICES] },
  { beginning: 'recover.sent.another.', endings: Object.keys(identifiers) },
  { beginning: 'passwordRules.', endings: [...rules.rules, ...rules.also].map(({ rule }) => rule) },
  {
    beginning: 'errors.password.',
    endings: wordsFor(Object.keys(problems) as PasswordProblem[], strictest).map(({ key }) =>
      key.replace('errors.password.', ''),
    ),
  },
  { beginning: 'errors.identifier.not-', endings: ['a-username', 'either'] },
  { beginning: 'signup.ended.', endings: each(Object.keys(signUpEndings), ['title', 'reason', 'next']) },
  { beginning: 'errors.email.', endings: Object.keys(emailProblems) },
  { beginning: 'errors.phone.', endings: Object.keys(phoneProblems) },
  { beginning: 'errors.sign-in.initial-', endings: Object.keys(initialOver) },
  { beginning: 'errors.terms.', endings: Object.keys(termsProblems) },
  { beginning: 'messages.', endings: each(namesOf('email'), ['subject']) },
  { beginning: 'messages.account-protected.wayBack.', endings: Object.keys(waysBack) },
  { beginning: 'messages.deletion-stopped.why.', endings: Object.keys(whyKept) },
  { beginning: 'recover.undo-change.', endings: each(['open', 'undone', 'over', 'too-old'], ['title']) },
  { beginning: 'recover.undo-change.undone.next.', endings: Object.keys(waysBack) },
  { beginning: 'recover.undo-change.open.wayBack.', endings: ['asked', 'operator'] },
  { beginning: 'recover.undo-change.open.with.', endings: Object.keys(changes) },
  {
    beginning: 'recover.undo-change.open.lead.',
    endings: ['password', ...Object.keys(changes), ...Object.keys(contacts)],
  },
  { beginning: 'recover.undo-change.open.authenticator.', endings: Object.keys(changes) },
  { beginning: 'demo.index.ways.', endings: each(['choose', 'forget', 'return'], ['title', 'words']) },
  { beginning: 'demo.index.kinds.', endings: DEMO_ORGANIZATIONS.map(({ slug }) => slug) },
  { beginning: 'demo.index.organizations.', endings: DEMO_ORGANIZATIONS.map(({ slug }) => slug) },
  ...MANAGING_FAMILIES,
  ...DESK_FAMILIES,
]

/** What is said of a way to prove who one is; a link is also offered in the place of a code. */
function wordsOfWay({ id, answeredBy }: Strategy): string[] {
  const always = ['lead', 'button', 'hint', 'sent', 'nothing']
  return each([id], answeredBy === 'link' ? [...always, 'instead'] : always)
}

/** The messages that go out by a channel. */
function namesOf(channel: Channel): string[] {
  return Object.entries(CHANNELS).flatMap(([name, by]) => (by === channel ? [name] : []))
}

function each(names: string[], parts: string[]): string[] {
  return names.flatMap((name) => parts.map((part) => `${name}.${part}`))
}
