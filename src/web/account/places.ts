/** The pages that the navigation of the Personal Centre leads to, in its order; their words are `layout.places.*`. */
export const PLACES = [
  { name: 'home', path: '/account' },
  { name: 'profile', path: '/account/profile' },
  { name: 'password', path: '/account/password' },
  { name: 'authenticator', path: '/account/authenticator' },
  { name: 'sessions', path: '/account/sessions' },
] as const

/** A place of the navigation as templates print it; `current` in the words of aria-current, '' elsewhere. */
export interface Place {
  name: (typeof PLACES)[number]['name']
  path: string
  current: 'page' | 'true' | ''
}

/** The navigation on the page at a path: where it is, or below what. */
export function placesAround(path: string): Place[] {
  return PLACES.map((place) => ({ ...place, current: standsAt(place.path, path) }))
}

function standsAt(place: string, path: string): Place['current'] {
  if (path === place) return 'page'
  return place !== '/account' && path.startsWith(`${place}/`) ? 'true' : ''
}
