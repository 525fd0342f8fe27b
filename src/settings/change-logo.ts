import { createHash } from 'node:crypto'
import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization } from '../database/transaction.ts'
import { keepLogo } from '../organizations/logo-store.ts'
import { currentSettings } from '../organizations/store.ts'
import { rewritePng, type PngFault } from '../platform/png.ts'
import type { Random } from '../platform/random.ts'
import { changeSettings, type SettingsChanged } from './change-settings.ts'

/** What the largest and the smallest logo may measure, in pixels. */
export const LOGO_SIZE = { least: 16, most: 1024 }

/**
 * Puts a picture in force as the logo of an organization, or none, in the name of an owner who is signed in. It is a setting
 * like the others: numbered, recorded, told to every owner, and taken back with an older version.
 */
export async function changeLogo(
  parts: { database: Database; random: Random },
  organizationId: string,
  who: SignedIn,
  { file, locale }: { file: Buffer | null; locale: string },
): Promise<SettingsChanged | { outcome: 'unfit'; fault: PngFault }> {
  const rewritten = file && (await rewritePng(file, LOGO_SIZE))
  if (rewritten && 'fault' in rewritten) return { outcome: 'unfit', fault: rewritten.fault }
  const png = rewritten?.png ?? null
  const hash = png && createHash('sha256').update(png).digest('hex')
  const seen = await withOrganization(parts.database, organizationId, async (tx) => {
    const held = await lockSignedIn(tx, who)
    if (png && hash && held?.account.role === 'owner') await keepLogo(tx, { hash, png })
    return currentSettings(tx)
  })
  const { version, settings } = seen
  return changeSettings(parts, organizationId, who, {
    settings: { ...settings, branding: { ...settings.branding, logo: hash } },
    basedOn: version,
    locale,
  })
}
