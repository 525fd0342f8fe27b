import { createHash } from 'node:crypto'
import { lockSignedIn, type SignedIn } from '../access/signed-in.ts'
import type { Database } from '../database/connect.ts'
import { withOrganization } from '../database/transaction.ts'
import { keepLogo } from '../organizations/logo-store.ts'
import { currentSettings } from '../organizations/store.ts'
import { redrawPicture, type Drawn, type PictureFault } from '../platform/picture.ts'
import type { Random } from '../platform/random.ts'
import { Unavailable } from '../platform/unavailable.ts'
import { changeSettings, type SettingsChanged } from './change-settings.ts'

/** What the smallest and the largest logo may measure, in pixels; pages show it at 144 by 128 of them at the most. */
export const LOGO_SIZE = { least: 16, most: 4096, drawn: 512 }

/**
 * Puts a picture in force as the logo of an organization, or none, in the name of an owner who is signed in. It is a setting
 * like the others: numbered, recorded, told to every owner, and taken back with an older version.
 * @throws Unavailable when the picture cannot be drawn now.
 */
export async function changeLogo(
  parts: { database: Database; random: Random },
  organizationId: string,
  who: SignedIn,
  { file, locale }: { file: Buffer | null; locale: string },
): Promise<SettingsChanged | { outcome: 'unfit'; fault: PictureFault }> {
  const drawn = file && (await drawnFor(organizationId, file))
  if (drawn && 'fault' in drawn) return { outcome: 'unfit', fault: drawn.fault }
  const png = drawn?.png ?? null
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

/** The organizations for which this process draws: one picture each, so that the owners of one cannot fill the line of all. */
const drawing = new Set<string>()

async function drawnFor(organizationId: string, file: Buffer): Promise<Drawn> {
  if (drawing.has(organizationId))
    throw new Unavailable('the drawing of another logo for one organization', { retryAfterSeconds: 5 })
  drawing.add(organizationId)
  try {
    return await redrawPicture(file, LOGO_SIZE)
  } finally {
    drawing.delete(organizationId)
  }
}
