import type { Account } from '../accounts/account.ts'
import { hasRole, type ManagingRole } from './manage/door.ts'

/** A page that a navigation leads to; its words are `layout.places.*`. */
interface Listed {
  name: string
  path: string
  /** From which role on it is listed; absent: for everybody. */
  role?: ManagingRole
}

/** The pages of the Personal Centre, in the order of its navigation. */
export const OWN_PLACES = [
  { name: 'home', path: '/account' },
  { name: 'profile', path: '/account/profile' },
  { name: 'password', path: '/account/password' },
  { name: 'authenticator', path: '/account/authenticator' },
  { name: 'sessions', path: '/account/sessions' },
  { name: 'activity', path: '/account/activity' },
  { name: 'language', path: '/account/language' },
] as const satisfies Listed[]

/** The pages of who runs the organization. */
export const MANAGING_PLACES = [
  { name: 'overview', path: '/manage', role: 'administrator' },
  { name: 'people', path: '/manage/people', role: 'administrator' },
  { name: 'readiness', path: '/manage/readiness', role: 'administrator' },
  { name: 'recovery', path: '/manage/recovery', role: 'owner' },
  { name: 'history', path: '/manage/history', role: 'owner' },
  { name: 'requests', path: '/manage/requests', role: 'administrator' },
  { name: 'messages', path: '/manage/messages', role: 'administrator' },
  { name: 'log', path: '/manage/activity', role: 'administrator' },
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
  list: Place[]
}

/** The navigation on the page at a path: where it is, or below what, as far as its reader may go. */
export function placesAround(path: string, reader: Account): Places {
  const area = path.startsWith('/manage') ? 'manage' : 'account'
  const listed: readonly Listed[] = area === 'manage' ? MANAGING_PLACES : OWN_PLACES
  return {
    area,
    canManage: hasRole(reader, 'administrator'),
    list: listed
      .filter(({ role }) => !role || hasRole(reader, role))
      .map(({ name, path: leadsTo }) => ({
        name,
        path: leadsTo,
        current: standsAt({ name, path: leadsTo }, path),
      })),
  }
}

function standsAt(place: Listed, path: string): Place['current'] {
  if (path === place.path) return 'page'
  const isTop = place.path.lastIndexOf('/') === 0
  const isBelow = !isTop && path.startsWith(`${place.path}/`)
  return isBelow || BELOW[path] === place.name ? 'true' : ''
}
