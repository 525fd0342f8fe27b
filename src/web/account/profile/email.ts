import { askForEmail } from '../../../profile/ask-contact.ts'
import { requiredText } from '../../form.ts'
import { definePage, type Submitted } from '../../page.ts'
import { SESSION_ENDED, signedInHere } from '../../step-up.ts'
import type { Visit } from '../../visit.ts'
import { deedOn, PROFILE } from './overview.ts'

/** The form of every page that asks for an address. */
export const askingForEmail = {
  fields: {
    email: requiredText({ missing: 'errors.email.missing', tooLong: 'errors.email.unreadable' }),
  },
  async submit(visit: Visit, { email: typed }: { email: string }): Promise<Submitted> {
    const { parts, organization, locale } = visit
    const asked = await askForEmail(parts, organization.id, { ...signedInHere(visit), locale }, typed)
    switch (asked.outcome) {
      case 'asked':
        return { goTo: PROFILE, notice: 'email-asked' }
      case 'refused':
        return { errors: { email: [{ key: `errors.email.${asked.problem}` }] } }
      case 'too-many':
        return { tooMany: asked.retryAfterSeconds }
      case 'over':
        return SESSION_ENDED
    }
  },
}

/** A new address, or the one that is not verified yet. The answer is the same for every address. */
export const email = definePage({
  path: '/account/profile/email',
  template: 'account/profile/email',
  signedIn: true,
  stepUp: { always: 'password' },
  view: (visit) => ({ view: deedOn(visit, 'email') }),
  ...askingForEmail,
})
