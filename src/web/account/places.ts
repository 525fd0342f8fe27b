/** The pages that the navigation of the Personal Centre leads to, in its order; their words are `layout.places.*`. */
export const PLACES = [
  { name: 'home', path: '/account' },
  { name: 'profile', path: '/account/profile' },
  { name: 'password', path: '/account/password' },
  { name: 'authenticator', path: '/account/authenticator' },
  { name: 'sessions', path: '/account/sessions' },
  { name: 'activity', path: '/account/activity' },
  { name: 'language', path: '/account/language' },
] as const

/** Pages that stand below a place, though their addresses do not. */
const BELOW: Record<string, (typeof PLACES)[number]['name']> = {
  '/account/add-email': 'profile',
  '/account/data': 'profile',
  '/account/delete': 'profile',
}

/** A place of the navigation as templates print it; `current` in the words of aria-current, '' elsewhere. */
export interface Place {
  name: (typeof PLACES)[number]['name']
  path: string
  current: 'page' | 'true' | ''
}

/** The navigation on the page at a path: where it is, or below what. */
export function placesAround(path: string): Place[] {
  return PLACES.map((place) => ({ ...place, current: standsAt(place, path) }))
}

function standsAt(place: (typeof PLACES)[number], path: string): Place['current'] {
  if (path === place.path) return 'page'
  const isBelow = place.name !== 'home' && path.startsWith(`${place.path}/`)
  return isBelow || BELOW[path] === place.name ? 'true' : ''
}
