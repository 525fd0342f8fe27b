import { colorDeparturesOf, PAGE_COLORS } from '../../../organizations/departures.ts'
import { contrast, readableOn } from '../../../organizations/branding.ts'
import { settingsShape, type Settings } from '../../../organizations/settings.ts'
import { choice, hiddenText, optionalLine, requiredText, type FormErrors } from '../../form.ts'
import { offeredLanguages } from '../../language.ts'
import { settingsPage } from '../settings-page.ts'

/** How people can be told where help is, in the order in which the page offers it. */
export const SUPPORT_KINDS = ['none', 'email', 'link', 'phone', 'text'] as const

const LONGEST_NAME = 100

/** The name of an organization, its colour, its language, and where its people find help. */
export const { page: branding, preview: brandingPreview } = settingsPage({
  path: '/manage/branding',
  template: 'manage/branding/look',
  fields: {
    name: requiredText(
      { missing: 'errors.organizationName.missing', tooLong: 'errors.organizationName.too-long' },
      LONGEST_NAME,
    ),
    color: requiredText({ missing: 'errors.color', tooLong: 'errors.color' }),
    locale: hiddenText,
    supportKind: choice(SUPPORT_KINDS),
    supportValue: optionalLine({ tooLong: 'errors.supportValue.too-long' }),
    supportLabel: optionalLine({ tooLong: 'errors.supportLabel.too-long' }, LONGEST_NAME),
  },
  asFields: ({ branding: { name, color, locale, support } }, { organization }) => ({
    name: name ?? organization.name,
    color,
    locale,
    supportKind: support?.kind ?? 'none',
    supportValue: support?.value ?? '',
    supportLabel: support?.label ?? '',
  }),
  propose({ parts, settings, organization }, values) {
    const read = settingsShape.safeParse({
      ...settings,
      branding: {
        ...settings.branding,
        // Who changes something else decides nothing about the name.
        ...(values.name === organization.name ? {} : { name: values.name }),
        color: asColor(values.color),
        locale: values.locale,
        support: asSupport(values),
      },
    })
    const errors: FormErrors = {}
    const paths = read.error?.issues.map(({ path }) => path.join('.')) ?? []
    if (paths.includes('branding.name')) errors['name'] = [{ key: 'errors.organizationName.unfit' }]
    if (paths.some((path) => path.startsWith('branding.color'))) errors['color'] = [{ key: 'errors.color' }]
    if (!parts.words.locales.includes(values.locale)) errors['locale'] = [{ key: 'errors.language.missing' }]
    if (values.supportKind !== 'none' && values.supportValue === '')
      errors['supportValue'] = [{ key: 'errors.supportValue.missing' }]
    else if (paths.some((path) => path.startsWith('branding.support')))
      errors['supportValue'] = [{ key: `errors.supportValue.${values.supportKind}` }]
    return read.success && Object.keys(errors).length === 0 ? { settings: read.data } : { errors }
  },
  departuresOf: ({ branding: { color } }) => colorDeparturesOf(color),
  preview: (_visit, settings) => ({
    preview: 'signin/sign-in',
    settings,
    locale: settings.branding.locale,
    view: { takesSignUps: settings.signUp.mode !== 'closed' },
  }),
  view: ({ parts, locale }, settings) => ({
    supportKinds: SUPPORT_KINDS,
    languages: offeredLanguages(parts, locale),
    contrasts: contrastsOf(settings),
  }),
})

/** A colour as people copy it from elsewhere: without its sign, in large letters, or with one digit a channel. */
function asColor(typed: string): string {
  const digits = typed.replace(/^#/, '').toLowerCase()
  return `#${digits.length === 3 ? Array.from(digits, (digit) => digit + digit).join('') : digits}`
}

function asSupport(values: {
  supportKind: string
  supportValue: string
  supportLabel: string
}): object | null {
  const { supportKind: kind, supportValue: typed, supportLabel: label } = values
  if (kind === 'none') return null
  return { kind, value: kind === 'phone' ? typed.replace(/[().-]/g, ' ').replace(/ +/g, ' ') : typed, label }
}

/** Rounded down, so that nothing looks as if it reached what it does not. */
function contrastsOf({ branding: { color } }: Settings) {
  const shown = (other: string) => Math.floor(contrast(color, other) * 10) / 10
  return {
    text: readableOn(color) === '#ffffff' ? 'white' : 'black',
    onText: shown(readableOn(color)),
    onLight: shown(PAGE_COLORS.light),
    onDark: shown(PAGE_COLORS.dark),
  }
}
