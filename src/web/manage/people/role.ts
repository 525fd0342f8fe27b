import type { Role } from '../../../accounts/account.ts'
import { changeRole } from '../../../people/standing.ts'
import { choice } from '../../form.ts'
import { deedPage } from './deed.ts'

/** The less powerful first. */
export const ROLES = ['member', 'administrator', 'owner'] as const satisfies Role[]

/** What somebody may do here. Only owners decide it. */
export const role = deedPage({
  name: 'role',
  template: 'manage/people/role',
  role: 'owner',
  fields: { role: choice(ROLES) },
  act: ({ parts, organization }, who, personId, values) =>
    changeRole(parts, organization.id, who, {
      personId,
      role: ROLES.find((one) => one === values.role) ?? 'member',
    }),
  done: { notice: () => 'person-role' },
})
