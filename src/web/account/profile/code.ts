import { shownPhone } from '../../../accounts/phone.ts'
import { askAgain, waitingFor } from '../../../profile/ask-contact.ts'
import { confirmPhone, MOST_CODE_TRIES } from '../../../profile/confirm-phone.ts'
import { choice, typedCode } from '../../form.ts'
import { definePage, type Submitted } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { signedInPerson, type Visit } from '../../visit.ts'
import { PROFILE } from './overview.ts'

/** The code that was sent to a new number. What keeps a text from leaving, only the worker knows, and this page does not. */
export const code = definePage({
  path: '/account/profile/code',
  template: 'account/profile/code',
  signedIn: true,
  async view(visit) {
    const { parts, organization, settings } = visit
    const { account } = signedInPerson(visit)
    const { phone: pending } = await waitingFor(parts, organization.id, account)
    if (!pending) return { goTo: PROFILE }
    return {
      view: {
        phone: shownPhone(pending.value),
        minutes: settings.recovery.codeLifetimeMinutes,
        triesLeft: MOST_CODE_TRIES - pending.tries,
        waitSeconds: pending.waitSeconds,
      },
    }
  },
  fields: { action: choice(['continue', 'again']), code: typedCode },
  async submit(visit, { action, code: typed }) {
    if (action === 'continue') return enter(visit, typed)
    const asked = await askAgain(visit.parts, visit.organization.id, signedInHere(visit), 'phone')
    switch (asked.outcome) {
      case 'asked':
        return { goTo: '/account/profile/code', notice: 'code-sent-again' }
      case 'too-early':
        return { tooMany: asked.retryAfterSeconds, early: true }
      case 'over':
        return { goTo: PROFILE }
    }
  },
})

async function enter(visit: Visit, typed: string): Promise<Submitted> {
  if (typed === '') return { errors: { code: [{ key: 'errors.code.missing' }] } }
  const { parts, organization, locale } = visit
  const confirmed = await confirmPhone(parts, organization.id, { ...signedInHere(visit), locale }, typed)
  switch (confirmed.outcome) {
    case 'confirmed':
      return { goTo: PROFILE, notice: 'phone-confirmed' }
    case 'malformed':
      return { errors: { code: [{ key: 'errors.code.malformed' }] } }
    case 'wrong':
      return { errors: { code: [{ key: 'errors.code.wrong', params: { count: confirmed.triesLeft } }] } }
    case 'expired':
      return { errors: { code: [{ key: 'errors.code.expired' }] } }
    case 'over':
      return { goTo: PROFILE }
  }
}
