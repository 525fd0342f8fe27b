import { GROUPS } from '../../src/accounts/people-store.ts'
import type {
  ColorDeparture,
  Departure,
  PasswordDeparture,
  SignUpDeparture,
} from '../../src/organizations/departures.ts'
import { PRESET_NAMES } from '../../src/organizations/presets.ts'
import { valuesOf } from '../../src/organizations/settings-difference.ts'
import { settingsShape, type SignUpSettings } from '../../src/organizations/settings.ts'
import type { PictureFault } from '../../src/platform/picture.ts'
import { isMendable, WHYS } from '../../src/recovery/readiness/judge.ts'
import { COLUMNS } from '../../src/people/import/columns.ts'
import type { FileFault } from '../../src/people/import/propose.ts'
import type { RowProblem } from '../../src/people/import/row.ts'
import type { ImportState } from '../../src/people/import/store.ts'
import { STRATEGIES } from '../../src/recovery/strategies/index.ts'
import { SUPPORT_KINDS } from '../../src/web/manage/branding/look.ts'
import { PASSWORD_CHOICES } from '../../src/web/manage/passwords/rules.ts'
import type { Reached, WaysAre } from '../../src/web/account/ways-back.ts'
import type { Screen } from '../../src/web/manage/recovery/preview.ts'
import type { DeedWords, Obstacle } from '../../src/web/manage/people/person.ts'
import { ROLES } from '../../src/web/manage/people/role.ts'
import { CHOICES } from '../../src/web/manage/recovery/proposal.ts'
import { MANAGING_PLACES } from '../../src/web/places.ts'
import type { Family } from './families.ts'

const departures: Record<Departure, true> = {
  sms: true,
  'sms-for-managers': true,
  'long-link': true,
  'long-code': true,
  'authenticator-off': true,
  helpful: true,
  'straight-home': true,
  'no-hold': true,
}

const passwordDepartures: Record<PasswordDeparture, true> = {
  short: true,
  composition: true,
  guessable: true,
}
const signUpDepartures: Record<SignUpDeparture, true> = { 'long-verification': true }
const colorDepartures: Record<ColorDeparture, true> = { pale: true, dark: true }

const pictureFaults: Record<PictureFault, true> = {
  'not-picture': true,
  damaged: true,
  dimensions: true,
}

const screens: Record<Screen, true> = {
  identify: true,
  choose: true,
  sent: true,
  code: true,
  authenticator: true,
  enrol: true,
  password: true,
}

const modes: Record<SignUpSettings['mode'], true> = { closed: true, open: true, company: true }

const deeds: Record<DeedWords, true> = {
  'way-in': true,
  reset: true,
  authenticator: true,
  sessions: true,
  role: true,
  suspend: true,
  reactivate: true,
  delete: true,
}

const obstacles: Record<Obstacle, true> = {
  suspended: true,
  protected: true,
  leaving: true,
  invited: true,
  initial: true,
  nothing: true,
}

const reached: Record<Reached, true> = { none: true, unverified: true, verified: true, new: true }
const waysAre: Record<WaysAre, true> = { none: true, one: true, all: true }

const importStates: Record<Exclude<ImportState, 'reading' | 'proposed'>, true> = {
  running: true,
  done: true,
  stopped: true,
}
const fileFaults: Record<FileFault | 'missing', true> = {
  missing: true,
  'too-large': true,
  'not-text': true,
  quotes: true,
  'row-too-long': true,
  'no-header': true,
  'too-many-columns': true,
  'column-twice': true,
  'no-rows': true,
  'too-many-rows': true,
}
const rowProblems: Record<RowProblem, true> = {
  cells: true,
  characters: true,
  nobody: true,
  'no-way-in': true,
  'needs-username': true,
  'username-unreadable': true,
  'email-unreadable': true,
  'too-long': true,
  taken: true,
  twice: true,
  role: true,
  'role-not-yours': true,
  'phone-unreadable': true,
  'phone-not-mobile': true,
  'hash-unreadable': true,
  'hash-too-costly': true,
  'hash-kinds': true,
  'managers-many': true,
}

const settings = valuesOf(settingsShape.parse({}))
const choices = Object.entries(CHOICES).flatMap(([name, words]) => words.map((word) => `${name}.${word}`))
const methods = STRATEGIES.map(({ id }) => id)

/** Keys of the pages of who runs an organization that are put together at run time. */
export const MANAGING_FAMILIES: readonly Family[] = [
  { beginning: 'settings.names.', endings: settings.map(([setting]) => setting) },
  {
    beginning: 'settings.amounts.',
    endings: settings.filter(([, value]) => typeof value === 'number').map(([setting]) => setting),
  },
  { beginning: 'settings.', endings: ['yes', 'no'] },
  {
    beginning: 'settings.values.',
    endings: [
      ...choices.map((word) => `recovery.${word}`),
      ...methods.map((id) => `recovery.methods.${id}`),
      ...Object.keys(modes).map((mode) => `signUp.mode.${mode}`),
      'branding.name.as-created',
    ],
  },
  { beginning: 'settings.values.recovery.', endings: choices },
  { beginning: 'settings.names.recovery.', endings: Object.keys(CHOICES) },
  { beginning: 'settings.values.recovery.methods.', endings: methods },
  { beginning: 'manage.recovery.follows.', endings: choices },
  { beginning: 'manage.recovery.follows.methods.', endings: methods },
  {
    beginning: 'manage.presets.',
    endings: PRESET_NAMES.flatMap((name) => [`${name}.name`, `${name}.words`]),
  },
  { beginning: 'manage.readiness.why.', endings: [...WHYS] },
  { beginning: 'manage.readiness.helps.', endings: [...WHYS] },
  { beginning: 'manage.review.impact.losing.', endings: [...WHYS] },
  { beginning: 'manage.readiness.overview.progress.', endings: ['day', 'people', 'able', 'share'] },
  { beginning: 'messages.add-a-way.missing.', endings: WHYS.filter(isMendable) },
  { beginning: 'manage.departures.', endings: Object.keys(departures) },
  { beginning: 'manage.people.groups.', endings: [...GROUPS] },
  { beginning: 'manage.people.obstacles.', endings: Object.keys(obstacles) },
  { beginning: 'manage.people.reached.', endings: Object.keys(reached) },
  { beginning: 'manage.people.are.', endings: Object.keys(waysAre) },
  {
    beginning: 'manage.people.deeds.',
    endings: Object.keys(deeds).flatMap((name) => [`${name}.name`, `${name}.hint`]),
  },
  { beginning: 'manage.people.role.hints.', endings: ROLES },
  {
    beginning: 'manage.',
    endings: [
      ...Object.keys(passwordDepartures).map((name) => `passwords.departures.${name}`),
      ...Object.keys(signUpDepartures).map((name) => `sign-up.departures.${name}`),
      ...Object.keys(colorDepartures).map((name) => `branding.departures.${name}`),
    ],
  },
  { beginning: 'settings.names.passwords.', endings: [...PASSWORD_CHOICES] },
  { beginning: 'manage.passwords.follows.', endings: [...PASSWORD_CHOICES] },
  { beginning: 'settings.values.signUp.mode.', endings: Object.keys(modes) },
  { beginning: 'manage.sign-up.follows.mode.', endings: Object.keys(modes) },
  { beginning: 'manage.branding.kinds.', endings: [...SUPPORT_KINDS] },
  { beginning: 'manage.branding.contrasts.text.', endings: ['white', 'black'] },
  {
    beginning: 'errors.supportValue.',
    endings: SUPPORT_KINDS.filter((kind) => kind !== 'none'),
  },
  { beginning: 'errors.logo.', endings: ['missing', 'too-large', ...Object.keys(pictureFaults)] },
  { beginning: 'errors.people.', endings: Object.keys(fileFaults) },
  { beginning: 'manage.import.states.', endings: Object.keys(importStates) },
  { beginning: 'manage.import.look.lead.', endings: ['proposed', ...Object.keys(importStates)] },
  { beginning: 'manage.import.look.', endings: ['forget', 'stop'] },
  { beginning: 'manage.import.columns.', endings: [...COLUMNS] },
  { beginning: 'manage.import.why.', endings: Object.keys(rowProblems) },
  { beginning: 'manage.screens.', endings: Object.keys(screens) },
  { beginning: 'manage.recovery.no-screen.', endings: ['unseen', 'unreadable'] },
  {
    beginning: 'manage.overview.places.',
    endings: MANAGING_PLACES.map(({ name }) => name).filter((name) => name !== 'overview'),
  },
]
