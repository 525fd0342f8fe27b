import { startResetFor } from '../../../recovery/reset-for.ts'
import { deedPage } from './deed.ts'

/** Starts a reset for somebody: the link goes to them alone. */
export const reset = deedPage({
  name: 'reset',
  template: 'manage/people/reset',
  fields: {},
  act: ({ parts, organization }, who, personId) => startResetFor(parts, organization.id, who, personId),
  done: { notice: () => 'person-reset' },
})
