import { enterSpokenCode } from '../../recovery/requests/spoken-code.ts'
import { requiredText, typedCode } from '../form.ts'
import { definePage } from '../page.ts'

/** The code that was read out to who has no address. One answer, whoever is named and whatever is wrong. */
export const spokenCode = definePage({
  path: '/recover/spoken-code',
  template: 'recover/spoken-code',
  view: () => ({ view: {} }),
  fields: {
    identifier: requiredText({ missing: 'errors.identifier.nobody', tooLong: 'errors.identifier.too-long' }),
    code: typedCode,
  },
  async submit({ parts, organization, visitor, cookies }, typed) {
    if (typed.code === '') return { errors: { code: [{ key: 'errors.code.missing' }] } }
    const entered = await enterSpokenCode(parts, organization.id, typed, visitor)
    switch (entered.outcome) {
      case 'proved':
        cookies.write('recovery', entered.browserToken)
        return { goTo: '/recover/password' }
      case 'unreadable':
        return { errors: { identifier: [{ key: 'errors.identifier.not-either' }] } }
      case 'malformed':
        return { errors: { code: [{ key: 'errors.spoken-code.malformed' }] } }
      case 'wrong':
        return { errors: { code: [{ key: 'errors.spoken-code.wrong' }] } }
      case 'too-many':
        return { tooMany: entered.retryAfterSeconds }
    }
  },
})
