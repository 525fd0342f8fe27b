import { departuresOf } from '../../../organizations/departures.ts'
import { shownDifference } from '../../../organizations/settings-difference.ts'
import { withOrganization } from '../../../database/transaction.ts'
import { changeSettings } from '../../../settings/change-settings.ts'
import { impactOf } from '../../../recovery/readiness/readiness.ts'
import { hiddenText } from '../../form.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { shownUnable } from '../readiness/shown.ts'
import { afterSaving } from '../saved.ts'
import { screensOf } from './preview.ts'
import { proposalIn } from './proposal.ts'

/**
 * What would follow from other settings of recovery, before they are saved: the difference, who could get back in and who
 * not any more, what departs from a standard, and the screens that people would see. The proposal is in the address, so that Back and a second tab lose nothing.
 */
export const review = definePage({
  path: '/manage/recovery/review',
  template: 'manage/recovery/review',
  signedIn: true,
  role: 'owner',
  stepUp: true,
  async view(visit, ctx) {
    const proposed = proposalIn(visit, ctx)
    if (!proposed) return { goTo: '/manage/recovery' }
    const { parts, organization, settings: today, settingsVersion, locale } = visit
    const impact = await withOrganization(parts.database, organization.id, (tx) =>
      impactOf(parts, tx, { today, then: proposed }),
    )
    const before = new Set(departuresOf(today.recovery))
    return {
      view: {
        version: settingsVersion,
        isOvertaken: ![undefined, String(settingsVersion)].includes(ctx.query['basedOn']?.toString()),
        query: ctx.querystring,
        changes: shownDifference(today, proposed, locale),
        impact: { ...impact, losing: impact.losing.map((some) => shownUnable(some, locale)) },
        departures: departuresOf(proposed.recovery).map((name) => ({ name, isNew: !before.has(name) })),
        screens: screensOf(proposed).map((name) => ({
          name,
          address: `/${organization.slug}/manage/recovery/preview/${name}?${ctx.querystring}`,
        })),
      },
    }
  },
  fields: { basedOn: hiddenText },
  async submit(visit, { basedOn }, ctx) {
    const proposed = proposalIn(visit, ctx)
    if (!proposed) return { goTo: '/manage/recovery' }
    const changed = await changeSettings(visit.parts, visit.organization.id, signedInHere(visit), {
      settings: proposed,
      basedOn: Number(basedOn),
      locale: visit.locale,
    })
    return afterSaving(changed, '/manage/recovery')
  },
})
