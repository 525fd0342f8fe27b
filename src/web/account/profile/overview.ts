import { contactOf, newUntil } from '../../../accounts/account.ts'
import { shownPhone } from '../../../accounts/phone.ts'
import type { ContactKind } from '../../../delivery/news.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { askAgain, cancelContact, waitingFor } from '../../../profile/ask-contact.ts'
import { choice } from '../../form.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { signedInPerson, type Visit } from '../../visit.ts'
import { reached } from '../ways-back.ts'

/** Where somebody goes on who has changed something here, or has nothing under way. */
export const PROFILE = '/account/profile'

/** What is known of who is signed in, what waits to be confirmed, and where each can be changed. */
export const overview = definePage({
  path: PROFILE,
  template: 'account/profile/overview',
  signedIn: true,
  async view(visit) {
    const { parts, organization, settings } = visit
    const { account } = signedInPerson(visit)
    const waiting = await waitingFor(parts, organization.id, account)
    return {
      view: {
        fullName: account.fullName,
        email: contactAsShown(visit, 'email'),
        phone: contactAsShown(visit, 'phone'),
        waiting: {
          email: waiting.email && { value: waiting.email.value, waitSeconds: waiting.email.waitSeconds },
          phone: waiting.phone && shownPhone(waiting.phone.value),
        },
        sendsTexts: settings.sms.countries.length > 0,
      },
    }
  },
  fields: { action: choice(['again', 'cancel-email', 'cancel-phone']) },
  async submit(visit, { action }) {
    const { parts, organization } = visit
    const here = signedInHere(visit)
    if (action !== 'again') {
      const kind = action === 'cancel-email' ? 'email' : 'phone'
      await cancelContact(parts, organization.id, here, kind)
      return { goTo: PROFILE, notice: `${kind}-cancelled` }
    }
    const asked = await askAgain(parts, organization.id, here, 'email')
    switch (asked.outcome) {
      case 'asked':
        return { goTo: PROFILE, notice: 'verification-sent-again' }
      case 'too-early':
        return { tooMany: asked.retryAfterSeconds, early: true }
      case 'over':
        return { goTo: PROFILE }
    }
  },
})

/** An address or number of who is signed in as pages print it, and what is said of it. */
export function contactAsShown(visit: Visit, kind: ContactKind) {
  const { account } = signedInPerson(visit)
  const { value } = contactOf(account, kind)
  const until = newUntil(account, kind, visit.now)
  return {
    value: value !== null && kind === 'phone' ? shownPhone(value) : value,
    state: reached(account, kind, visit.now),
    until: until ? formatInstant(until, visit.locale) : '',
  }
}

/** What the page of an address or number is for: to add one, change a verified one, or confirm one that is there. */
export function deedOn(visit: Visit, kind: ContactKind) {
  const { value, state } = contactAsShown(visit, kind)
  if (state === 'none') return { deed: 'add', current: null, unverified: null }
  return state === 'unverified'
    ? { deed: 'confirm', current: null, unverified: value }
    : { deed: 'change', current: value, unverified: null }
}
