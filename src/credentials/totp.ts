import { generateURI, ScureBase32Plugin, verifySync } from 'otplib'
import { SECOND } from '../platform/clock.ts'
import type { Random } from '../platform/random.ts'

/** RFC 4226 §4 R6 recommends 160 bits. The other numbers are those that every authenticator app knows. */
const SECRET_BYTES = 20
const FORM = { algorithm: 'sha1', digits: 6, period: 30 } as const

/** RFC 6238 §5.2: one step either way, for slow fingers and clocks that differ. */
const STEPS_OF_TOLERANCE = 1

/** A new secret for an authenticator app: 160 random bits in base32, 32 characters. */
export function newTotpSecret(random: Random): string {
  return new ScureBase32Plugin().encode(random.bytes(SECRET_BYTES), { padding: false })
}

/** The address that an app reads a secret from, as a QR code or a link. The names are what the app shows beside codes. */
export function totpUri(named: { secret: string; organization: string; account: string }): string {
  const { secret, organization, account } = named
  // Between the two names stands a colon, so neither may have one of its own (the Key URI format).
  const withoutColon = (name: string) => name.replaceAll(':', ' ').replace(/\s+/g, ' ').trim()
  return generateURI({ ...FORM, secret, issuer: withoutColon(organization), label: withoutColon(account) })
}

/** Six ASCII digits out of what a person typed or pasted, spaces apart; null for anything else. */
export function readTotpCode(text: string): string | null {
  const code = text.replace(/\s/g, '')
  return /^[0-9]{6}$/.test(code) ? code : null
}

/**
 * The step of 30 seconds (RFC 6238 §4.2) that a code belongs to, when it is the current one or a neighbour of it and later
 * than `lastStep`; null for every other code. Whoever takes the code must store its step as the last one, in one statement
 * that fails when another did so first. `code` is what `readTotpCode` gave.
 */
export function matchingStep(secret: string, code: string, now: Date, lastStep: number): number | null {
  const epoch = Math.floor(now.getTime() / SECOND)
  // otplib throws for a last step beyond its window, which a clock that was set back leaves behind.
  if (lastStep >= Math.floor(epoch / FORM.period) + STEPS_OF_TOLERANCE) return null
  const verified = verifySync({
    ...FORM,
    secret,
    token: code,
    epoch,
    epochTolerance: STEPS_OF_TOLERANCE * FORM.period,
    afterTimeStep: lastStep,
  })
  return verified.valid && 'timeStep' in verified ? verified.timeStep : null
}
