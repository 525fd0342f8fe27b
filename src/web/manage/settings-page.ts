import type { Context } from 'koa'
import { shownDifference } from '../../organizations/settings-difference.ts'
import type { Settings } from '../../organizations/settings.ts'
import { changeSettings } from '../../settings/change-settings.ts'
import { hiddenText, readForm, type Fields, type FormErrors, type ValuesOf } from '../form.ts'
import { definePage, type Page, type Preview, type View } from '../page.ts'
import { bodyOf } from '../sent-files.ts'
import { signedInHere } from '../step-up.ts'
import type { Visit } from '../visit.ts'
import { afterSaving } from './saved.ts'

/** A part of the settings that an owner decides on one page. */
interface Topic<Form extends Fields> {
  path: string
  template: string
  fields: Form
  /** What stands in the fields for these settings. */
  asFields: (settings: Settings, visit: Visit) => Record<keyof Form, string>
  /** Fields that change nothing on the screen that people see; the address of its preview goes without them. */
  unseen?: (keyof Form & string)[]
  /** The settings that are proposed instead of today's, or what is wrong with them. */
  propose: (visit: Visit, values: ValuesOf<Form>) => { settings: Settings } | { errors: FormErrors }
  /** Where these settings depart from a standard; what the words of each name besides. */
  departuresOf: (settings: Settings) => string[]
  /** The screen that shows most of it, as people would see it. */
  preview: (visit: Visit, settings: Settings) => Preview
  /** What the template is given besides. */
  view?: (visit: Visit, settings: Settings) => View
}

/**
 * The page on which an owner decides a part of the settings, and the preview on it. "See what follows" answers with the page
 * itself, what was typed still in it: nothing has been saved, so Back and a second tab lose nothing and repeat nothing.
 */
export function settingsPage<Form extends Fields>(topic: Topic<Form>): { page: Page; preview: Page } {
  const { path, template, fields, asFields, propose } = topic
  const access = { signedIn: true, role: 'owner' } as const
  const page = definePage({
    ...access,
    path,
    template,
    stepUp: true,
    view: (visit, ctx, wrong) => show(visit, topic, refused(visit, ctx, wrong, topic)),
    fields: { ...fields, basedOn: hiddenText },
    judge(visit, values) {
      const proposed = propose(visit, { ...asFields(visit.settings, visit), ...values })
      return 'errors' in proposed ? proposed.errors : {}
    },
    look(visit, values) {
      const proposed = propose(visit, values)
      return Promise.resolve(
        'errors' in proposed
          ? proposed
          : show(visit, topic, {
              settings: proposed.settings,
              saves: true,
              isOvertaken: values['basedOn'] !== String(visit.settingsVersion),
            }),
      )
    },
    async submit(visit, values) {
      const proposed = propose(visit, values)
      if ('errors' in proposed) return proposed
      const changed = await changeSettings(visit.parts, visit.organization.id, signedInHere(visit), {
        settings: proposed.settings,
        basedOn: Number(values['basedOn']),
        locale: visit.locale,
      })
      return afterSaving(changed, path)
    },
  })
  const preview = definePage({
    ...access,
    path: `${path}/preview`,
    view(visit, ctx) {
      const form = readForm(fields, { ...asFields(visit.settings, visit), ...ctx.query })
      const proposed = form.ok ? propose(visit, form.values) : null
      return topic.preview(visit, proposed && 'settings' in proposed ? proposed.settings : visit.settings)
    },
  })
  return { page, preview }
}

/**
 * What a form asks for. Settings are null where it proposes none that could be; `saves`: whether it can be saved as it stands;
 * `isOvertaken`: somebody saved others after the page was opened, so that it proposes to undo what they changed.
 */
interface Asked {
  settings: Settings | null
  saves: boolean
  isOvertaken: boolean
}

/**
 * What a refused form asks for. Who was refused while saving, because somebody else saved or the password was wrong, is shown
 * what would follow by now, and can save again; who only looked has not seen it yet, and looks first.
 */
function refused<Form extends Fields>(
  visit: Visit,
  ctx: Context,
  wrong: FormErrors,
  { fields, propose }: Topic<Form>,
): Asked {
  const body = bodyOf(ctx)
  if (Object.keys(wrong).length === 0 || body['look'] !== undefined)
    return { settings: null, saves: false, isOvertaken: false }
  const form = readForm(fields, body)
  const proposed = form.ok ? propose(visit, form.values) : null
  return {
    settings: proposed && 'settings' in proposed ? proposed.settings : null,
    saves: true,
    isOvertaken: false,
  }
}

/** The page as it is opened, or with what would follow from other settings. */
function show<Form extends Fields>(
  visit: Visit,
  { path, asFields, unseen = [], departuresOf, view }: Topic<Form>,
  { settings: proposed, saves, isOvertaken }: Asked,
): { view: View } {
  const { organization, settings, settingsVersion, locale } = visit
  const shown = proposed ?? settings
  const now = asFields(shown, visit)
  const seen = Object.entries(now).filter(([name]) => !unseen.includes(name))
  const before = new Set(departuresOf(settings))
  const changes = shownDifference(settings, shown, locale)
  return {
    view: {
      ...view?.(visit, shown),
      version: settingsVersion,
      now,
      departures: departuresOf(shown).map((name) => ({ name, isNew: !before.has(name) })),
      isProposal: proposed !== null,
      isOvertaken,
      saves: saves && (proposed === null || changes.length > 0),
      changes,
      preview: `/${organization.slug}${path}/preview?${new URLSearchParams(seen).toString()}`,
    },
  }
}
