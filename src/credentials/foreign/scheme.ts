/**
 * What one check of a hash costs: a kind, which is the way of hashing with all its parameters but one, and how much work that
 * one asks for. Work of one kind adds up: twice the number takes twice as long.
 */
export interface ForeignCost {
  kind: string
  work: number
}

/** A password hash that another system made, read. */
export interface ForeignHash extends ForeignCost {
  /** Whether a password, as it was typed, belongs to it. */
  verify(password: string): Promise<boolean>
}

/** Why a text is not taken for a hash. `too-costly`: one check would take the server for longer than all others may wait. */
export type HashProblem = 'unreadable' | 'too-costly'

/** A way in which other systems hash passwords. */
export interface Scheme {
  /** The hash that a text is; null for what is none of this scheme. */
  read(text: string): ForeignHash | HashProblem | null
  /** Does as much as a check of a kind of this scheme, for nobody; null where the kind is none of it. */
  standIn(cost: ForeignCost): Promise<void> | null
}

/** Work that only comes in powers of two, in pieces that add up to it. */
export function powersOfTwo(work: number): number[] {
  return Array.from(work.toString(2).split('').reverse(), (bit, exponent) =>
    bit === '1' ? 2 ** exponent : 0,
  ).filter((piece) => piece > 0)
}

/** A whole number within bounds; null for every other text. */
export function numberIn(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^[0-9]{1,9}$/.test(text)) return null
  const number = Number(text)
  return number >= least && number <= most ? number : null
}

/** Base64 as hashes are written: without padding, and with a full stop for the plus sign where passlib wrote it. */
export function bytesOf(text: string | undefined, least: number, most: number): Buffer | null {
  if (text === undefined || !/^[A-Za-z0-9+/.]+={0,2}$/.test(text)) return null
  const bytes = Buffer.from(text.replaceAll('.', '+'), 'base64')
  return bytes.length >= least && bytes.length <= most ? bytes : null
}
