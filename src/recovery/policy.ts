import type { Attempt, Step } from './attempt.ts'

/** A fact that a person proved in an attempt. */
export type Proof = 'email-link'

/** Something that must be so before a new password may be chosen, and the step at which it comes to be so. */
interface Requirement {
  step: Step
  isMet(attempt: Pick<Attempt, 'method' | 'proven'>): boolean
}

/** In order: the person stands at the first that is not met. */
const requirements: readonly Requirement[] = [
  { step: 'proving', isMet: ({ method, proven }) => proven.includes(method) },
]

/** The step at which an attempt stands by what it has proven; `password` when nothing is left to prove. */
export function nextStep(attempt: Pick<Attempt, 'method' | 'proven'>): Step {
  return requirements.find((requirement) => !requirement.isMet(attempt))?.step ?? 'password'
}
