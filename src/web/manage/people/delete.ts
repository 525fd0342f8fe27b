import { deletePerson as erase } from '../../../people/delete.ts'
import { choice } from '../../form.ts'
import { deedPage } from './deed.ts'

/** Deletes somebody's account at once, with all that is kept of it. Both proofs, however fresh: it cannot be taken back. */
export const deletePerson = deedPage({
  name: 'delete',
  template: 'manage/people/delete',
  stepUp: { always: 'everything' },
  fields: { understood: choice(['yes'], 'errors.understood.missing-for-person') },
  act: ({ parts, organization }, who, personId) => erase(parts, organization.id, who, personId),
  done: { notice: () => 'person-deleted', goTo: '/manage/people' },
})
