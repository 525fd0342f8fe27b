import type Router from '@koa/router'
import { withOrganization } from '../../database/transaction.ts'
import { takeReport } from '../../delivery/reports.ts'
import { isSignedByTwilio, outcomeOf, reportPath } from '../../delivery/senders/twilio.ts'
import { isId } from '../../platform/random.ts'
import { Refused } from '../errors.ts'
import type { WebParts } from '../parts.ts'
import { pathPart } from '../visit.ts'

/**
 * Where Twilio reports what became of a text. No browser comes here, so there is no form token: each report is signed with
 * the account's token over the whole address, which names the message, and over every field (CWE-345).
 */
export function mountTwilioReports(router: Router, parts: WebParts): void {
  const { config, database, publicUrl, onLost } = parts
  const account = config.sms
  if (!account) return
  router.post(reportPath(':organization', ':message'), async (ctx) => {
    const [organizationId, messageId] = [pathPart(ctx, 'organization'), pathPart(ctx, 'message')]
    const fields = plainFields(ctx.request.body)
    const url = publicUrl + ctx.originalUrl
    const signature = ctx.get('X-Twilio-Signature')
    if (!fields || !(await isSignedByTwilio(account.authToken, signature, url, fields)))
      throw new Refused(403, { reason: 'signature' })
    if (!isId(organizationId) || !isId(messageId)) throw new Refused(404)
    const outcome = outcomeOf(fields)
    const providerId = fields['MessageSid']
    if (outcome && providerId) {
      const report = { messageId, providerId, ...outcome }
      await withOrganization(database, organizationId, (tx) => takeReport(tx, onLost, report))
    }
    ctx.status = 204
  })
}

/** The fields of a form, each there once; null for anything else, which Twilio does not send. */
function plainFields(body: unknown): Record<string, string> | null {
  const fields = Object.entries(typeof body === 'object' && body !== null ? body : {})
  const isPlain = fields.every((field): field is [string, string] => typeof field[1] === 'string')
  return isPlain ? Object.fromEntries(fields) : null
}
