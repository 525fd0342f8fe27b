import { definePage } from '../page.ts'

/** An organization's bare address: in for who is signed in, sign-in for everyone else. */
export const door = definePage({
  path: '',
  view: ({ person }) => ({ goTo: person ? '/account' : '/sign-in' }),
})
