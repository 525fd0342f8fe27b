import { withOrganization } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { isId } from '../../../platform/random.ts'
import { decideSignedIn, type Decided } from '../../../recovery/requests/decide-signed-in.ts'
import { lookAt, type Look } from '../../../recovery/requests/look.ts'
import { Refused } from '../../errors.ts'
import { choice, requiredLines } from '../../form.ts'
import { definePage, type Submitted } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { pathPart, signedInPerson, type Visit } from '../../visit.ts'

const APPROVE = 'approve'

/** One request: who asks, in which words, who approved it so far, and the decision, which takes a reason. */
export const request = definePage({
  path: '/manage/requests/:id',
  template: 'manage/requests/request',
  signedIn: true,
  role: 'administrator',
  stepUp: true,
  async view(visit, ctx) {
    const id = pathPart(ctx, 'id')
    const { parts, organization, locale } = visit
    const look = isId(id)
      ? await withOrganization(parts.database, organization.id, (tx) =>
          lookAt(parts, tx, id, signedInPerson(visit).account),
        )
      : null
    if (!look) throw new Refused(404)
    return { view: shown(look, locale) }
  },
  fields: {
    reason: requiredLines({ missing: 'errors.reason.missing', tooLong: 'errors.reason.too-long' }),
    decision: choice([APPROVE, 'refuse']),
  },
  async submit(visit, { reason, decision }, ctx) {
    const { parts, organization } = visit
    const decided = await decideSignedIn(parts, organization.id, signedInHere(visit), {
      requestId: pathPart(ctx, 'id'),
      approves: decision === APPROVE,
      reason,
    })
    return afterDeciding(visit, decided)
  },
})

function afterDeciding({ organization, parts, locale }: Visit, decided: Decided): Submitted {
  switch (decided.outcome) {
    case 'approved':
      return { goTo: '/manage/requests', notice: 'request-approved' }
    case 'one-more-needed':
      return { goTo: '/manage/requests', notice: 'request-approved-once' }
    case 'refused':
      return { goTo: '/manage/requests', notice: 'request-refused' }
    case 'over':
      return SESSION_ENDED
    case 'undecidable':
      return { errors: { form: [{ key: `errors.decision.${decided.why}` }] } }
    // The only answer to a form that is a page: what is shown once rests nowhere, also in no cookie.
    case 'spoken':
      return {
        show: 'manage/requests/spoken-code',
        status: 200,
        view: {
          code: decided.code,
          until: formatInstant(decided.until, locale),
          address: `${parts.publicUrl}/${organization.slug}/recover/spoken-code`,
        },
      }
  }
}

function shown({ request: asked, person, approvals, ...look }: Look, locale: string) {
  return {
    ...look,
    id: asked.id,
    isReport: asked.isReport,
    person: { name: person.fullName, username: person.username, email: person.email, role: person.role },
    asked: { when: formatInstant(asked.askedAt, locale), address: asked.address, device: asked.device },
    heldUntil: asked.state === 'approved' && asked.holdUntil ? formatInstant(asked.holdUntil, locale) : null,
    refusal: asked.refusal,
    approvals: approvals.map(({ approverId, approver, reason, approvedAt }) => ({
      by: approver?.fullName ?? null,
      isOperator: approverId === null,
      reason,
      when: formatInstant(approvedAt, locale),
    })),
  }
}
