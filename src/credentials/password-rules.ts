/**
 * The password rules that an organization sets and that can be judged by the password alone. Pure and free of imports:
 * the server judges with this file, and the browser loads the very same file to tick the list while a person types.
 */

/** What one organization asks of a password. */
export interface PasswordRules {
  /** In code points after NFC, never below `MINIMUM_LENGTH`. */
  minimumLength: number
  upper: boolean
  lower: boolean
  digit: boolean
  symbol: boolean
}

export type PasswordRule = 'length' | 'upper' | 'lower' | 'digit' | 'symbol'

/** NIST SP 800-63B-4 §3.1.1.2 and ASVS 6.2.1: no organization can go below. */
export const MINIMUM_LENGTH = 8

/** ASVS 6.2.9 asks for at least 64; longer is refused with words, never cut. */
export const MAXIMUM_LENGTH = 128

/**
 * A password as it is judged and hashed: NFC, so that the same keys on two keyboards make the same password
 * (NIST SP 800-63B-4 §3.1.1.2). Spaces inside and around stay.
 */
export function normalizePassword(password: string): string {
  return password.normalize('NFC')
}

/** Length of a normalized password as a person counts it: in code points. */
export function passwordLength(password: string): number {
  return Array.from(password).length
}

/** The rules that these settings put on the list a person sees, in the order of the list. */
export function listedRules(rules: PasswordRules): PasswordRule[] {
  const asked: Record<PasswordRule, boolean> = {
    length: true,
    upper: rules.upper,
    lower: rules.lower,
    digit: rules.digit,
    symbol: rules.symbol,
  }
  return (Object.keys(asked) as PasswordRule[]).filter((rule) => asked[rule])
}

/** The listed rules that a password does not meet, in the order of the list; empty when it meets all. */
export function unmetRules(rules: PasswordRules, password: string): PasswordRule[] {
  const normalized = normalizePassword(password)
  const met: Record<PasswordRule, boolean> = {
    length: passwordLength(normalized) >= Math.max(MINIMUM_LENGTH, rules.minimumLength),
    upper: /\p{Lu}/u.test(normalized),
    lower: /\p{Ll}/u.test(normalized),
    digit: /\p{Nd}/u.test(normalized),
    // Letters without case (Chinese, Arabic) are no symbols; a space is one, as in most password managers.
    symbol: /[^\p{L}\p{N}\p{M}]/u.test(normalized),
  }
  return listedRules(rules).filter((rule) => !met[rule])
}
