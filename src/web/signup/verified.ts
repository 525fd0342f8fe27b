import { definePage } from '../page.ts'

/** The mailbox is proven and the account is there: on to sign-in. */
export const verified = definePage({
  path: '/verify-email/done',
  template: 'signup/verified',
  view: () => ({ view: {} }),
})
