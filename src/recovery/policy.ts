import type { MethodId } from './strategy.ts'

/** A fact that a person proved in an attempt. */
export type Proof = 'email-link'

/** The steps on the way, in the order in which they are gone. */
export type StepOnTheWay = 'proving' | 'password'

/** What is known of an attempt when the next step is asked for. */
interface Facts {
  /** Null while nobody is known to be the one that it is for. */
  person: object | null
  method: MethodId
  proven: readonly Proof[]
}

/** Something that must be so before a new password may be chosen, and the step at which it comes to be so. */
interface Requirement {
  step: StepOnTheWay
  isMet(facts: Facts): boolean
}

/** In order: the person stands at the first that is not met. */
const requirements: readonly Requirement[] = [
  { step: 'proving', isMet: ({ person, method, proven }) => person !== null && proven.includes(method) },
]

/** The step at which an attempt stands by what it has proven; `password` when nothing is left to prove. */
export function nextStep(facts: Facts): StepOnTheWay {
  return requirements.find((requirement) => !requirement.isMet(facts))?.step ?? 'password'
}
