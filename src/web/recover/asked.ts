import { definePage } from '../page.ts'

/** The organization was asked: what happens now, the same for everyone. */
export const asked = definePage({
  path: '/recover/asked',
  template: 'recover/asked',
  view: () => ({ view: {} }),
})
