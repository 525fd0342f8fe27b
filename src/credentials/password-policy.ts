import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import {
  MAXIMUM_LENGTH,
  MINIMUM_LENGTH,
  normalizePassword,
  passwordLength,
  unmetRules,
  type PasswordRule,
  type PasswordRules,
} from './password-rules.ts'

/** All that an organization asks of a password, with what only the server can judge. */
export interface PasswordPolicy extends PasswordRules {
  /** The password in use is refused as the new one. */
  notLast: boolean
  /** Common passwords, and names and words that everybody knows of the person, are refused (ASVS 6.2.4, 6.2.11, 6.2.12). */
  notGuessable: boolean
}

/** Why a password is refused. `last` is found by the caller, who has the hash to compare with. */
export type PasswordProblem = PasswordRule | 'too-long' | 'guessable' | 'contextual' | 'last'

/** What a guesser knows: full name, username, email address, name and slug of the organization, as they are. */
export interface PasswordContext {
  words: string[]
}

/**
 * A guesser who knows people's habits must need at least this many tries. Eight unrelated characters count as just that
 * many, so the shortest password allowed passes when it is random, and "Summer2026!" (10^7) does not.
 */
const LEAST_GUESSES = 1e8

/** What else is behind most passwords that a composition rule forces out of people: the season or month, and the year. */
const CALENDAR_WORDS = (
  'spring summer autumn winter january february march april june july august september october november december ' +
  'monday tuesday wednesday thursday friday saturday sunday januari februari maret agustus oktober desember ' +
  'senin selasa rabu kamis jumat sabtu minggu'
).split(' ')

/**
 * Judges the first 40 characters and tries 30 leetspeak readings of a word: with the default of 256 and 100, one long
 * password blocks the process for hundreds of milliseconds (CWE-400).
 */
const guesser = new ZxcvbnFactory({
  dictionary: { ...dictionary, calendar: CALENDAR_WORDS },
  graphs: adjacencyGraphs,
  maxLength: 40,
  l33tMaxSubstitutions: 30,
})

/**
 * Every reason that a password breaks an organization's rules, in the order of the list that people see; empty when it
 * may be used. Bounded work for input of any length.
 */
export function judgePassword(
  policy: PasswordPolicy,
  password: string,
  context: PasswordContext,
): PasswordProblem[] {
  const normalized = normalizePassword(password)
  const problems: PasswordProblem[] = unmetRules(policy, normalized)
  const length = passwordLength(normalized)
  if (length > MAXIMUM_LENGTH) return [...problems, 'too-long']
  // All that short is guessable; that it is too short says enough.
  if (!policy.notGuessable || length < MINIMUM_LENGTH) return problems
  const unexpected = withoutKnownWords(normalized, context.words)
  if (guesser.check(unexpected).guesses < LEAST_GUESSES) {
    problems.push(unexpected === normalized ? 'guessable' : 'contextual')
  }
  return problems
}

/** Known of everyone who uses this product. */
const PRODUCT = 'latchkey'

/** Shorter words turn up in good passwords by chance. A Chinese name is whole with two characters. */
const SHORTEST_WORD = 3
const SHORTEST_IDEOGRAPHIC_WORD = 2

/**
 * A password without the known words in it, whatever their case, accents or leetspeak: who guesses them gets them for
 * nothing, so what is left has to be a good password alone. "Mia-Harbour-2026" leaves "Mia--2026", which is none;
 * "correct-harbour-battery-staple" leaves "correct--battery-staple", which is.
 */
function withoutKnownWords(password: string, texts: string[]): string {
  const letters = Array.from(password)
  const folded = letters.map(foldLetter).join('')
  const known = new Set<number>()
  for (const word of knownWords(texts)) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      for (let index = at; index < at + word.length; index += 1) known.add(index)
    }
  }
  return letters.filter((_, index) => !known.has(index)).join('')
}

/** The parts of each text and, so that "mia.harbour" also finds "miaharbour", each text with its separators left out. */
function knownWords(texts: string[]): Set<string> {
  const words = [PRODUCT, ...texts].flatMap((text) => {
    const parts = text.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? []
    return [...parts, parts.join('')]
  })
  return new Set(words.filter(isLongEnough).map((word) => Array.from(word, foldLetter).join('')))
}

function isLongEnough(word: string): boolean {
  const shortest = /^\p{Ideographic}+$/u.test(word) ? SHORTEST_IDEOGRAPHIC_WORD : SHORTEST_WORD
  return passwordLength(word) >= shortest
}

/** The letter that each sign of simple leetspeak stands for; where it may be i or l, both are read as i. */
const LEETSPEAK: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  l: 'i',
  '3': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
}

/**
 * One code point in, one UTF-16 unit out, so that places in the folded text are places in the password: its base letter,
 * small, out of leetspeak. Beyond the basic plane only the first half is left, which is enough to tell it from letters.
 */
function foldLetter(letter: string): string {
  const base = letter.normalize('NFD').toLowerCase().charAt(0)
  return LEETSPEAK[base] ?? base
}
