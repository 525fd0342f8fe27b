import { accountById } from '../../../accounts/store.ts'
import { withOrganization, type Transaction } from '../../../database/transaction.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { shownDifference } from '../../../organizations/settings-difference.ts'
import { currentSettings, savedVersion, type SavedVersion } from '../../../organizations/store.ts'
import { changeSettings } from '../../../settings/change-settings.ts'
import { Refused } from '../../errors.ts'
import { hiddenText } from '../../form.ts'
import { definePage } from '../../page.ts'
import { signedInHere } from '../../step-up.ts'
import { pathPart, type Visit } from '../../visit.ts'
import { afterSaving } from '../saved.ts'

/** One version of the settings: what it changed, and what taking it over again would change today. */
export const version = definePage({
  path: '/manage/history/:version',
  template: 'manage/history/version',
  signedIn: true,
  role: 'owner',
  stepUp: true,
  async view(visit, ctx) {
    const { saved, before, current, by } = await within(visit, async (tx) => {
      const found = await versionAsked(tx, pathPart(ctx, 'version'))
      return {
        saved: found,
        before: await savedVersion(tx, found.version - 1),
        current: await currentSettings(tx),
        by: found.savedBy === null ? null : await accountById(tx, found.savedBy),
      }
    })
    return {
      view: {
        version: saved.version,
        inForce: current.version,
        before: before?.version ?? null,
        when: formatInstant(saved.savedAt, visit.locale),
        by: { isOperator: saved.savedBy === null, name: by?.fullName ?? null },
        restoredFrom: saved.restoredFrom,
        changes: before ? shownDifference(before.settings, saved.settings, visit.locale) : [],
        restores: shownDifference(current.settings, saved.settings, visit.locale),
      },
    }
  },
  fields: { basedOn: hiddenText },
  async submit(visit, { basedOn }, ctx) {
    const wanted = await within(visit, (tx) => versionAsked(tx, pathPart(ctx, 'version')))
    const changed = await changeSettings(visit.parts, visit.organization.id, signedInHere(visit), {
      settings: wanted.settings,
      basedOn: Number(basedOn),
      restoredFrom: wanted.version,
      locale: visit.locale,
    })
    return afterSaving(changed, '/manage/history')
  },
})

/** The version that an address names. Throws `Refused` where there is none. */
export async function versionAsked(tx: Transaction, number: string): Promise<SavedVersion> {
  const found = /^[1-9][0-9]{0,8}$/.test(number) ? await savedVersion(tx, Number(number)) : null
  if (!found) throw new Refused(404)
  return found
}

/** Runs work in the organization of a visit. */
export function within<Result>({ parts, organization }: Visit, work: (tx: Transaction) => Promise<Result>) {
  return withOrganization(parts.database, organization.id, work)
}
