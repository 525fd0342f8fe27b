import type { Random } from './random.ts'

/** Crockford's base32: no i, l, o or u, which are read as others or make words. Each digit holds 5 bits. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'

/** So many digits by chance. */
export function newBase32(random: Random, length: number): string {
  return Array.from({ length }, () => DIGITS.charAt(random.below(DIGITS.length))).join('')
}

/** Bytes as one number of so many digits. */
export function toBase32(bytes: Buffer, length: number): string {
  return BigInt(`0x${bytes.toString('hex')}`)
    .toString(DIGITS.length)
    .padStart(length, '0')
    .replace(/./g, (digit) => DIGITS.charAt(parseInt(digit, DIGITS.length)))
}

/**
 * So many digits in their one form (no case, spaces or hyphens; look-alikes taken for what they look like), out of what a
 * person typed or pasted; null for what can be none.
 */
export function readBase32(text: string, length: number): string | null {
  const digits = text
    .toLowerCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1')
  return new RegExp(`^[${DIGITS}]{${String(length)}}$`).test(digits) ? digits : null
}

/** Digits in groups of so many, as people are shown them; what is left over joins the last. */
export function inGroups(digits: string, size: number): string {
  return digits.replace(new RegExp(`.{${String(size)}}(?=.{${String(size)}})`, 'g'), '$&-')
}
