import { allCountries } from '../accounts/phone.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import type { Words } from '../i18n/words.ts'
import { logoUnder } from '../organizations/logo-store.ts'
import { foldedDomain } from '../organizations/mail-domains.ts'
import { placeOf, readSettingsFile, type FileFault } from '../organizations/settings-file.ts'
import type { Settings } from '../organizations/settings.ts'
import { currentSettings, type SettingsVersion } from '../organizations/store.ts'

interface ImportParts {
  database: Database
  words: Words
  strategies: readonly { id: string }[]
}

/** What a file would put in force, and instead of what; or everything that is wrong with it. */
export type ReadImport = { faults: FileFault[] } | { settings: Settings; current: SettingsVersion }

/**
 * Reads settings for an organization out of a file, which the pages have not checked: what they refuse is refused here too,
 * with its place in the file. Saves nothing.
 */
export async function readImport(
  parts: ImportParts,
  organizationId: string,
  text: string,
): Promise<ReadImport> {
  const file = readSettingsFile(text)
  return withOrganization(parts.database, organizationId, async (tx): Promise<ReadImport> => {
    const faults = [...file.faults, ...unknownNames(parts, file.settings), ...(await lackingLogo(tx, file))]
    if (faults.length > 0) return { faults }
    return { settings: inOrder(parts, file.settings), current: await currentSettings(tx) }
  })
}

/** Names that have the right form, of what this program does not have. */
function unknownNames({ words, strategies }: ImportParts, settings: Settings): FileFault[] {
  const { recovery, sms, signUp, branding } = settings
  const ways = strategies.map(({ id }) => id)
  const denied = signUp.deniedDomains.map(foldedDomain)
  return [
    ...unlessKnown(['recovery', 'methods'], recovery.methods, ways),
    ...unlessKnown(['sms', 'countries'], sms.countries, allCountries()),
    ...(words.locales.includes(branding.locale)
      ? []
      : [{ place: 'branding.locale', fault: `must be one of ${words.locales.join(', ')}` }]),
    ...(recovery.methods.includes('sms-code') && sms.countries.length === 0
      ? [{ place: 'sms.countries', fault: 'must name a country, because codes by SMS are offered' }]
      : []),
    ...signUp.allowedDomains.flatMap((domain, index) => {
      const place = placeOf(['signUp', 'allowedDomains', index])
      return denied.includes(foldedDomain(domain)) ? [{ place, fault: `"${domain}" is refused as well` }] : []
    }),
  ]
}

function unlessKnown(path: string[], names: readonly string[], known: readonly string[]): FileFault[] {
  return names.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [{ place: placeOf([...path, index]), fault: `there is no "${name}" (only ${known.join(', ')})` }],
  )
}

/** A file names a picture by its hash and does not bring it along. */
async function lackingLogo(tx: Transaction, { settings }: { settings: Settings }): Promise<FileFault[]> {
  const { logo } = settings.branding
  if (logo === null || (await logoUnder(tx, logo))) return []
  const fault =
    'this organization has no such picture: say null, and let an owner choose it on the page for the logo'
  return [{ place: 'branding.logo', fault }]
}

/** As the pages save them: a list in another order, or with something twice in it, says nothing else. */
function inOrder({ strategies }: ImportParts, settings: Settings): Settings {
  const { recovery, sms } = settings
  const methods = strategies.map(({ id }) => id).filter((id) => recovery.methods.includes(id))
  const countries = [...new Set(sms.countries)].toSorted()
  return { ...settings, recovery: { ...recovery, methods }, sms: { ...sms, countries } }
}
