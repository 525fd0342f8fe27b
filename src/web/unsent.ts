import { SealBroken } from '../platform/secrets.ts'
import { readForm, withoutSecrets, type Fields } from './form.ts'
import { isMadeFor } from './left-open.ts'
import type { GoTo } from './page.ts'
import type { Visit } from './visit.ts'

/** A form that was sent when its person was not signed in any more. */
interface Unsent {
  /** Whose page it stood on, as the form said. */
  madeFor: string
  /** The page below the organization's address, and what stood behind it. */
  path: string
  search: string
  values: Record<string, string>
}

/** A cookie holds 4 KB, and what is sealed grows by a third. */
const MOST_BYTES = 2048

/**
 * Keeps what was typed in this browser, secrets apart, until its person has signed in again. It is sealed, so that whoever
 * uses the browser meanwhile reads nothing of it, and nothing of a form rests on the server. False for one that is too large,
 * or does not say whose page it stood on.
 */
export function keepUnsent(
  { parts, organization, cookies }: Visit,
  fields: Fields = {},
  body: Record<string, unknown>,
  path: string,
  search: string,
): boolean {
  const { madeFor } = body
  if (typeof madeFor !== 'string') return false
  const form = readForm(fields, body)
  const values = withoutSecrets(fields, form.ok ? form.values : form.typed)
  const unsent = JSON.stringify({ madeFor, path, search, values } satisfies Unsent)
  if (Buffer.byteLength(unsent) > MOST_BYTES) return false
  cookies.write('unsent', parts.secrets.seal(unsent, contextOf(organization.id)))
  return true
}

/**
 * What this browser kept for who is signed in now: on to its page, or on that page the values to fill in, this once. Null
 * where nothing was kept; for anybody else it is thrown away.
 */
export function takeUnsent(visit: Visit, path: string): GoTo | { values: Unsent['values'] } | null {
  const { cookies } = visit
  const sealed = cookies.read('unsent')
  if (sealed === undefined) return null
  const unsent = open(visit, sealed)
  const isTheirs = unsent !== null && isMadeFor(visit, unsent.madeFor)
  if (isTheirs && unsent.path !== path) {
    const goTo = unsent.path + unsent.search
    // What sign-in says stays to be said.
    return cookies.read('notice') ? { goTo } : { goTo, notice: 'unsent' }
  }
  cookies.clear('unsent')
  return isTheirs ? { values: unsent.values } : null
}

function open({ parts, organization }: Visit, sealed: string): Unsent | null {
  try {
    return JSON.parse(parts.secrets.open(sealed, contextOf(organization.id))) as Unsent
  } catch (error) {
    if (error instanceof SealBroken) return null
    throw error
  }
}

function contextOf(organizationId: string): string {
  return `unsent form ${organizationId}`
}
