import { passwordDeparturesOf } from '../../../organizations/departures.ts'
import { settingsShape } from '../../../organizations/settings.ts'
import { optionalLine, wholeNumber } from '../../form.ts'
import { listOfRules } from '../../new-password.ts'
import { settingsPage } from '../settings-page.ts'

const MALFORMED = { tooLong: 'errors.form.unreadable' }

/** The rules that are asked for or not, in the order in which the page offers them. */
export const PASSWORD_CHOICES = ['upper', 'lower', 'digit', 'symbol', 'notLast', 'notGuessable'] as const

/** What a password must be like: each rule on or off, with the list that people would see. */
export const { page: passwordRules, preview: passwordPreview } = settingsPage({
  path: '/manage/passwords',
  template: 'manage/passwords/rules',
  fields: {
    minimumLength: wholeNumber(8, 64, 'errors.minimumLength'),
    upper: optionalLine(MALFORMED),
    lower: optionalLine(MALFORMED),
    digit: optionalLine(MALFORMED),
    symbol: optionalLine(MALFORMED),
    notLast: optionalLine(MALFORMED),
    notGuessable: optionalLine(MALFORMED),
  },
  asFields({ passwords }) {
    const box = (isTicked: boolean) => (isTicked ? 'on' : '')
    return {
      minimumLength: String(passwords.minimumLength),
      upper: box(passwords.upper),
      lower: box(passwords.lower),
      digit: box(passwords.digit),
      symbol: box(passwords.symbol),
      notLast: box(passwords.notLast),
      notGuessable: box(passwords.notGuessable),
    }
  },
  propose({ settings }, values) {
    const chosen = Object.fromEntries(PASSWORD_CHOICES.map((rule) => [rule, values[rule] !== '']))
    const passwords = { ...chosen, minimumLength: Number(values.minimumLength) }
    return { settings: settingsShape.parse({ ...settings, passwords }) }
  },
  departuresOf: ({ passwords }) => passwordDeparturesOf(passwords),
  preview: (_visit, settings) => ({
    preview: 'recover/password',
    settings,
    view: {
      minutesLeft: 15,
      username: null,
      isInvitation: false,
      termsUrl: null,
      attempt: '',
      ...listOfRules(settings.passwords, {}),
    },
  }),
  view: () => ({ choices: PASSWORD_CHOICES }),
})
