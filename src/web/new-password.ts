import { MAXIMUM_LENGTH, listedRules, unmetRules, type PasswordRule } from '../credentials/password-rules.ts'
import type { PasswordPolicy, PasswordProblem } from '../credentials/password-policy.ts'
import type { FormErrors, Problem } from './form.ts'

/**
 * The organization's rules as the templates list them, with those marked that a refused form broke. `isFirst`: there is
 * no password yet that the new one could be the same as.
 */
export function listOfRules(policy: PasswordPolicy, wrong: FormErrors, { isFirst = false } = {}) {
  const broken = new Set((wrong['password'] ?? []).map(({ key }) => key))
  const listed = (problem: PasswordProblem) => ({ unmet: broken.has(keyOf(problem)) })
  return {
    rules: listedRules(policy).map((rule) => ({ rule, params: paramsOf(rule, policy), ...listed(rule) })),
    also: [
      ...(policy.notLast && !isFirst ? [{ rule: 'not-last', ...listed('last') }] : []),
      ...(policy.notGuessable
        ? [{ rule: 'not-guessable', unmet: listed('guessable').unmet || listed('contextual').unmet }]
        : []),
    ],
  }
}

/** What is wrong when the two passwords of a form differ, the rules that the first one breaks included; else null. */
export function faultsOfConfirmation(
  { password, confirmation }: { password: string; confirmation: string },
  policy: PasswordPolicy,
): FormErrors | null {
  if (password === confirmation) return null
  const broken = wordsFor(unmetRules(policy, password), policy)
  return {
    ...(broken.length > 0 ? { password: broken } : {}),
    confirmation: [{ key: 'errors.confirmation.different' }],
  }
}

/** What is wrong when the box for the terms was not ticked where there are some to agree to. */
export function faultOfTerms(isMissing: boolean): FormErrors {
  return isMissing ? { terms: [{ key: 'errors.terms.missing' }] } : {}
}

/** One sentence for each rule that a password breaks. */
export function wordsFor(problems: PasswordProblem[], policy: PasswordPolicy): Problem[] {
  return problems.map((problem) => ({ key: keyOf(problem), params: paramsOf(problem, policy) }))
}

const KEYS: Record<PasswordProblem, string> = {
  length: 'length',
  upper: 'upper',
  lower: 'lower',
  digit: 'digit',
  symbol: 'symbol',
  'too-long': 'too-long',
  guessable: 'not-guessable',
  contextual: 'contextual',
  last: 'not-last',
}

function keyOf(problem: PasswordProblem): string {
  return `errors.password.${KEYS[problem]}`
}

function paramsOf(rule: PasswordRule | PasswordProblem, policy: PasswordPolicy): Record<string, number> {
  if (rule === 'length') return { count: policy.minimumLength }
  return rule === 'too-long' ? { count: MAXIMUM_LENGTH } : {}
}
