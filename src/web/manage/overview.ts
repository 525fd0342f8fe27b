import { definePage } from '../page.ts'

/** Where who runs the organization comes in: how people get back in today, and where each thing is decided. */
export const overview = definePage({
  path: '/manage',
  template: 'manage/overview',
  signedIn: true,
  role: 'administrator',
  view: ({ settings: { recovery, signUp } }) => ({ view: { recovery, signUp } }),
})
