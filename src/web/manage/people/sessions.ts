import { signOutEverywhere } from '../../../people/end-sessions.ts'
import { deedPage } from './deed.ts'

/** Signs somebody out everywhere. */
export const sessions = deedPage({
  name: 'sessions',
  template: 'manage/people/sessions',
  fields: {},
  act: ({ parts, organization }, who, personId) => signOutEverywhere(parts, organization.id, who, personId),
  done: { notice: () => 'person-sessions' },
})
