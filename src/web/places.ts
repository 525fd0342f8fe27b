import type { Account } from '../accounts/account.ts'
import { hasRole, type ManagingRole } from './manage/door.ts'

/** A page that a navigation leads to; its words are `layout.places.*`. */
interface Listed {
  name: string
  path: string
  /** From which role on it is listed; absent: for everybody. */
  role?: ManagingRole
  group: PlaceGroup
}

/** What a row of a navigation is about; its words are `layout.groups.*`. */
export type PlaceGroup = 'account' | 'people' | 'settings'

/** The pages of the Personal Centre, in the order of its navigation. */
export const OWN_PLACES = [
  { name: 'home', path: '/account', group: 'account' },
  { name: 'profile', path: '/account/profile', group: 'account' },
  { name: 'password', path: '/account/password', group: 'account' },
  { name: 'authenticator', path: '/account/authenticator', group: 'account' },
  { name: 'sessions', path: '/account/sessions', group: 'account' },
  { name: 'activity', path: '/account/activity', group: 'account' },
  { name: 'language', path: '/account/language', group: 'account' },
] as const satisfies Listed[]

/** The pages of who runs the organization: looking after people day by day, and what is decided once for all of them. */
export const MANAGING_PLACES = [
  { name: 'overview', path: '/manage', role: 'administrator', group: 'people' },
  { name: 'people', path: '/manage/people', role: 'administrator', group: 'people' },
  { name: 'requests', path: '/manage/requests', role: 'administrator', group: 'people' },
  { name: 'readiness', path: '/manage/readiness', role: 'administrator', group: 'people' },
  { name: 'messages', path: '/manage/messages', role: 'administrator', group: 'people' },
  { name: 'log', path: '/manage/activity', role: 'administrator', group: 'people' },
  { name: 'recovery', path: '/manage/recovery', role: 'owner', group: 'settings' },
  { name: 'passwords', path: '/manage/passwords', role: 'owner', group: 'settings' },
  { name: 'sign-up', path: '/manage/sign-up', role: 'owner', group: 'settings' },
  { name: 'branding', path: '/manage/branding', role: 'owner', group: 'settings' },
  { name: 'history', path: '/manage/history', role: 'owner', group: 'settings' },
] as const satisfies Listed[]

/** Pages that stand below a place, though their addresses do not. */
const BELOW: Record<string, (typeof OWN_PLACES)[number]['name']> = {
  '/account/add-email': 'profile',
  '/account/data': 'profile',
  '/account/delete': 'profile',
}

/** A place of the navigation as templates print it; `current` in the words of aria-current, '' elsewhere. */
export interface Place {
  name: string
  path: string
  current: 'page' | 'true' | ''
}

/** The two navigations: a person's own pages, and those of who runs the organization. */
export interface Places {
  area: 'account' | 'manage'
  /** Whether this person has both. */
  canManage: boolean
  /** Row by row. */
  groups: { name: PlaceGroup; places: Place[] }[]
}

/** The navigation on the page at a path: where it is, or below what, as far as its reader may go. */
export function placesAround(path: string, reader: Account): Places {
  const area = path.startsWith('/manage') ? 'manage' : 'account'
  const listed: readonly Listed[] = area === 'manage' ? MANAGING_PLACES : OWN_PLACES
  const open = listed.filter(({ role }) => !role || hasRole(reader, role))
  const names = [...new Set(open.map(({ group }) => group))]
  const groups = names.map((name) => ({
    name,
    places: open.filter(({ group }) => group === name).map((place) => asShown(place, path)),
  }))
  return { area, canManage: hasRole(reader, 'administrator'), groups }
}

function asShown({ name, path: leadsTo }: Listed, path: string): Place {
  return { name, path: leadsTo, current: standsAt(leadsTo, name, path) }
}

function standsAt(leadsTo: string, name: string, path: string): Place['current'] {
  if (path === leadsTo) return 'page'
  const isTop = leadsTo.lastIndexOf('/') === 0
  const isBelow = !isTop && path.startsWith(`${leadsTo}/`)
  return isBelow || BELOW[path] === name ? 'true' : ''
}
