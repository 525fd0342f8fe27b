import { withOrganization } from '../../../database/transaction.ts'
import { listMessages, type ListedMessage } from '../../../access/outgoing-store.ts'
import type { MessageName } from '../../../delivery/message.ts'
import { formatDuration, formatInstant } from '../../../i18n/format.ts'
import { sendTest } from '../../../notices/send-test.ts'
import type { Settings } from '../../../organizations/settings.ts'
import { HOUR, MINUTE } from '../../../platform/clock.ts'
import { cut, idIn } from '../../cursor.ts'
import { Refused } from '../../errors.ts'
import { choice } from '../../form.ts'
import { definePage } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import { signedInPerson } from '../../visit.ts'
import { faultIn } from './fault.ts'

const ON_A_PAGE = 50
/** What becomes of a message, as the list is filtered by. */
export const STATES = ['queued', 'sent', 'delivered', 'failed', 'dropped'] as const

/**
 * What became of each message, and how long its way took beside how long its link works; texts of today; a message to
 * oneself, to try it. Never what a message says: whoever reads this page could follow its link.
 */
export const overview = definePage({
  path: '/manage/messages',
  template: 'manage/messages/overview',
  signedIn: true,
  role: 'administrator',
  async view(visit, ctx) {
    const { parts, organization, settings, locale } = visit
    const state = STATES.find((one) => one === ctx.query['state']) ?? null
    const before = idIn(ctx, 'before')
    const { messages, textsToday } = await withOrganization(parts.database, organization.id, async (tx) => ({
      messages: await listMessages(tx, state, before, ON_A_PAGE + 1),
      textsToday: await parts.limits.spentIn(tx, 'sms-per-organization-day', organization.id),
    }))
    const { items, next } = cut(messages, ON_A_PAGE)
    const { account } = signedInPerson(visit)
    const hasTexts = settings.sms.countries.length > 0
    return {
      view: {
        states: STATES,
        state,
        messages: items.map((message) => shown(message, settings, locale)),
        older: next,
        isFirst: before === null,
        texts: hasTexts
          ? { spent: Math.min(textsToday, settings.sms.messagesPerDay), most: settings.sms.messagesPerDay }
          : null,
        maySendText: hasTexts && account.phoneVerifiedAt !== null,
      },
    }
  },
  fields: { channel: choice(['email', 'sms']) },
  async submit(visit, { channel }) {
    const { parts, organization, locale } = visit
    const test = { channel: channel === 'sms' ? 'sms' : 'email', locale } as const
    const sent = await sendTest(parts, organization.id, signedInHere(visit), test)
    switch (sent.outcome) {
      case 'queued':
        return { goTo: '/manage/messages', notice: 'test-sent' }
      case 'no-address':
        return { errors: { form: [{ key: 'errors.test.no-address' }] } }
      case 'too-many':
        return { tooMany: sent.retryAfterSeconds }
      case 'not-allowed':
        throw new Refused(403, { reason: 'role' })
      case 'over':
        return SESSION_ENDED
    }
  },
})

function shown(message: ListedMessage, settings: Settings, locale: string) {
  const { queuedAt, endedAt, deliveredAt, state, fault } = message
  const since = (instant: Date | null) =>
    instant && formatDuration(instant.getTime() - queuedAt.getTime(), locale)
  const lifetime = lifetimeOf(message.name, settings)
  const hasLeft = state === 'sent' || state === 'delivered'
  return {
    name: message.name,
    channel: message.channel,
    state,
    to: message.to,
    instant: queuedAt.toISOString(),
    when: formatInstant(queuedAt, locale),
    leftAfter: hasLeft ? since(endedAt) : null,
    deliveredAfter: since(deliveredAt),
    lifetime: hasLeft && lifetime ? formatDuration(lifetime, locale) : null,
    fault: fault === null || hasLeft ? null : faultIn(fault),
    tries: state === 'queued' ? message.tries : 0,
  }
}

/** How long the link or code of a message works by today's settings; null where it has none that ends soon. */
function lifetimeOf(name: MessageName, { recovery, signUp }: Settings): number | null {
  switch (name) {
    case 'recover-link':
      return recovery.linkLifetimeMinutes * MINUTE
    case 'recover-code':
    case 'confirm-phone':
      return recovery.codeLifetimeMinutes * MINUTE
    case 'verify-email':
      return signUp.verificationHours * HOUR
    default:
      return null
  }
}
