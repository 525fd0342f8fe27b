import type { Random } from '../platform/random.ts'

/** What decides how many digits a code has. */
interface SettingsOfCodes {
  recovery: { authenticator: string }
}

/** A new code to send by SMS; leading zeros are as likely as any other digit (ASVS 6.5.4). */
export function newSmsCode(random: Random, settings: SettingsOfCodes): string {
  const digits = digitsUnder(settings)
  return String(random.below(10 ** digits)).padStart(digits, '0')
}

/** Whether a text has the form of such a code. Either number of digits: the setting may have changed since it went out. */
export function isSmsCode(typed: string): boolean {
  return /^([0-9]{6}|[0-9]{8})$/.test(typed)
}

/**
 * Six digits where an authenticator is asked of everybody besides, else eight: 5 tries at one of 10^8. The organization's
 * setting decides and never the person, of whom the number of digits would tell (NIST SP 800-63B §3.1.3.2).
 */
function digitsUnder({ recovery }: SettingsOfCodes): number {
  return recovery.authenticator === 'require' ? 6 : 8
}
