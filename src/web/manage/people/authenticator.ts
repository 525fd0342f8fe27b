import { removeLostAuthenticator } from '../../../people/remove-authenticator.ts'
import { requiredText } from '../../form.ts'
import { deedPage } from './deed.ts'

/** Takes away the authenticator that somebody has lost, for a reason. */
export const authenticator = deedPage({
  name: 'authenticator',
  template: 'manage/people/authenticator',
  fields: {
    reason: requiredText({
      missing: 'errors.person.reason-missing',
      tooLong: 'errors.person.reason-too-long',
    }),
  },
  act: ({ parts, organization }, who, personId, { reason }) =>
    removeLostAuthenticator(parts, organization.id, who, { personId, reason }),
  done: { notice: () => 'person-authenticator' },
})
