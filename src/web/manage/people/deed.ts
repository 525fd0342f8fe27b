import type { Context } from 'koa'
import { mayManage } from '../../../access/managed.ts'
import type { SignedIn } from '../../../access/signed-in.ts'
import { verifiedEmail } from '../../../accounts/account.ts'
import { spendDeed } from '../../../people/allowance.ts'
import type { Deed } from '../../../people/deed.ts'
import { isId } from '../../../platform/random.ts'
import { Refused } from '../../errors.ts'
import type { Fields, ValuesOf } from '../../form.ts'
import type { Notice } from '../../notice.ts'
import { definePage, type Page, type Submitted } from '../../page.ts'
import type { StepUp } from '../../../profile/step-up.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { signedInPerson, type Visit } from '../../visit.ts'
import type { ManagingRole } from '../door.ts'
import { idAsked, personAsked, type Asked, type DeedName } from './asked.ts'

/** One thing that can be done to a person's account. */
interface DeedPage<Form extends Fields> {
  name: DeedName
  template: string
  role?: ManagingRole
  stepUp?: StepUp
  fields: Form
  /** Does it; who does it and to whom is looked at again under both locks. */
  act: (visit: Visit, who: SignedIn, personId: string, values: ValuesOf<Form>) => Promise<Deed>
  done: { notice: (values: ValuesOf<Form>) => Notice; goTo?: string }
}

/** The page of a deed: what follows from it first, and then the button. Where there is nothing to do, it leads to the person. */
export function deedPage<Form extends Fields>(deed: DeedPage<Form>): Page {
  return definePage({
    path: `/manage/people/:id/${deed.name}`,
    template: deed.template,
    signedIn: true,
    role: deed.role ?? 'administrator',
    stepUp: deed.stepUp ?? true,
    view: (visit, ctx) => viewOf(visit, ctx, deed.name),
    fields: deed.fields,
    async submit(visit, values, ctx) {
      const id = idAsked(ctx)
      if (!isId(id)) throw new Refused(404)
      const who = signedInHere(visit)
      const allowance = await spendDeed(visit.parts, visit.organization.id, who, id)
      if (!allowance.allowed) return { tooMany: allowance.retryAfterSeconds }
      const { outcome } = await deed.act(visit, who, id, values)
      const { notice, goTo = addressOf(id) } = deed.done
      return outcome === 'done' ? { goTo, notice: notice(values) } : otherwise(outcome, id)
    },
  })
}

/** What changes who runs the organization, where it is done to somebody who does. */
const STANDING: readonly DeedName[] = ['state', 'delete']

/** Whom an address names, if this can be done to them, or where it leads. Throws 403 to who may do nothing to this person. */
export async function doableTo(
  visit: Visit,
  ctx: Context,
  name: DeedName,
): Promise<Asked | { goTo: string }> {
  const asked = await personAsked(visit, ctx)
  const { account: reader } = signedInPerson(visit)
  if (!mayManage(reader, asked.person)) throw new Refused(403)
  return asked.deeds.includes(name) ? asked : { goTo: addressOf(asked.person.id) }
}

/** What a page of a deed is given, or where it leads. Throws as `doableTo` does. */
export async function viewOf(visit: Visit, ctx: Context, name: DeedName) {
  const asked = await doableTo(visit, ctx, name)
  if ('goTo' in asked) return asked
  const { person, sessions, authenticator } = asked
  const { id, fullName, email, role, state } = person
  const isTold = verifiedEmail(person) !== null
  const isToldToOwners = name === 'role' || (person.role !== 'member' && STANDING.includes(name))
  const provesApp = authenticator !== null && visit.settings.recovery.authenticator !== 'off'
  return { view: { id, fullName, email, role, state, sessions, isTold, isToldToOwners, provesApp } }
}

/** Where somebody goes on for whom nothing was done. */
export function otherwise(outcome: Exclude<Deed['outcome'], 'done'>, personId: string): Submitted {
  switch (outcome) {
    case 'over':
      return SESSION_ENDED
    case 'gone':
      throw new Refused(404)
    case 'forbidden':
      throw new Refused(403)
    case 'same':
      return { goTo: addressOf(personId) }
  }
}

/** The page of one person. */
export function addressOf(personId: string): string {
  return `/manage/people/${personId}`
}
