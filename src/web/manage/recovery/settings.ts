import { PRESET_NAMES, withPreset } from '../../../organizations/presets.ts'
import { hiddenText } from '../../form.ts'
import { definePage } from '../../page.ts'
import { SCREEN_NAMES } from './preview.ts'
import { asFields, CHOICES, METHODS, proposalFields, proposedSettings } from './proposal.ts'

/** How people get back in: every setting of it on one page. Nothing is saved here; what would follow comes first. */
export const settings = definePage({
  path: '/manage/recovery',
  template: 'manage/recovery/settings',
  signedIn: true,
  role: 'owner',
  view(visit, ctx) {
    const chosen = PRESET_NAMES.find((name) => name === ctx.query['preset']) ?? null
    const shown = chosen ? withPreset(visit.settings, chosen) : visit.settings
    return {
      view: {
        version: visit.settingsVersion,
        chosen,
        presets: PRESET_NAMES.map((name) => ({ name, isChosen: name === chosen })),
        methods: METHODS,
        choices: CHOICES,
        screens: SCREEN_NAMES,
        now: { ...asFields(shown, visit.locale), ...valuesIn(ctx.query) },
      },
    }
  },
  fields: { ...proposalFields, basedOn: hiddenText },
  judge({ settings: today, locale }, values) {
    const proposed = proposedSettings(today, { ...asFields(today, locale), ...values }, locale)
    return 'errors' in proposed ? proposed.errors : {}
  },
  submit(visit, values) {
    const proposed = proposedSettings(visit.settings, values, visit.locale)
    if ('errors' in proposed) return Promise.resolve({ errors: proposed.errors })
    const { basedOn } = values
    const query = new URLSearchParams({ ...asFields(proposed.settings, visit.locale), basedOn })
    return Promise.resolve({ goTo: `/manage/recovery/review?${query.toString()}` })
  },
})

/** What a proposal that somebody goes back to change has in its address. */
function valuesIn(query: Record<string, unknown>): Record<string, string> {
  const isOfForm = ([name, value]: [string, unknown]) => name in proposalFields && typeof value === 'string'
  const typed = Object.fromEntries(Object.entries(query).filter(isOfForm)) as Record<string, string>
  if (Object.keys(typed).length === 0) return {}
  // A box that is not in the address was not ticked.
  return { ...Object.fromEntries(METHODS.map(({ field }) => [field, ''])), ...typed }
}
