import { askOrganization } from '../../recovery/requests/ask.ts'
import { optionalText, requiredText } from '../form.ts'
import { definePage } from '../page.ts'
import { standingIn } from './step.ts'

/** "Ask your organization": for who has nothing left. The same page and answer whoever is named. */
export const ask = definePage({
  path: '/recover/ask',
  template: 'recover/ask',
  async view(visit) {
    const { at } = await standingIn(visit)
    return { view: { back: at === 'verifying' ? '/recover/authenticator' : '/recover' } }
  },
  fields: {
    identifier: requiredText({ missing: 'errors.identifier.nobody', tooLong: 'errors.identifier.too-long' }),
    note: optionalText({ tooLong: 'errors.note.too-long' }),
  },
  async submit({ parts, organization, visitor, locale }, typed) {
    const asked = await askOrganization(parts, organization.id, typed, { visitor, locale })
    switch (asked.outcome) {
      case 'asked':
        return { goTo: '/recover/asked' }
      case 'unreadable':
        return { errors: { identifier: [{ key: 'errors.identifier.not-either' }] } }
      case 'too-many':
        return { tooMany: asked.retryAfterSeconds }
    }
  },
})
