import { MAXIMUM_LENGTH, listedRules, unmetRules, type PasswordRule } from '../credentials/password-rules.ts'
import type { PasswordPolicy, PasswordProblem } from '../credentials/password-policy.ts'
import type { Problem } from './form.ts'

/** The organization's rules as the templates list them; after a refused form, with those that were not met marked. */
export function listOfRules(policy: PasswordPolicy, body: unknown) {
  const typed = (body as Record<string, unknown> | undefined)?.['password']
  const unmet = typeof typed === 'string' ? unmetRules(policy, typed) : []
  return {
    rules: listedRules(policy).map((rule) => ({
      rule,
      params: paramsOf(rule, policy),
      unmet: unmet.includes(rule),
    })),
    also: [...(policy.notLast ? ['not-last'] : []), ...(policy.notGuessable ? ['not-guessable'] : [])],
  }
}

/** One sentence for each rule that a password breaks. */
export function wordsFor(problems: PasswordProblem[], policy: PasswordPolicy): Problem[] {
  return problems.map((problem) => ({
    key: `errors.password.${KEYS[problem]}`,
    params: paramsOf(problem, policy),
  }))
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

function paramsOf(rule: PasswordRule | PasswordProblem, policy: PasswordPolicy): Record<string, number> {
  if (rule === 'length') return { count: policy.minimumLength }
  return rule === 'too-long' ? { count: MAXIMUM_LENGTH } : {}
}
