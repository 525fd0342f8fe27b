import type { RecoverySettings } from '../organizations/settings.ts'
import type { MethodId } from './strategy.ts'

/**
 * A fact that was proven in an attempt: the method's own proof, or one about an authenticator. `enrolment`: a new
 * authenticator was set up and gave a right code. `kept-codes`: one of its recovery codes was typed back.
 */
export type Proof = MethodId | 'authenticator' | 'recovery-code' | 'enrolment' | 'kept-codes'

/** The steps on the way, in the order in which they are gone. */
export type StepOnTheWay = 'choosing' | 'proving' | 'verifying' | 'enrolling' | 'keeping-codes' | 'password'

/** What the organization asks for, and what the person has, at this moment: read again at every step. */
export interface Demands {
  authenticator: RecoverySettings['authenticator']
  hasAuthenticator: boolean
}

/** What is known of an attempt when the next step is asked for. */
interface Facts {
  /** Null while nobody is known to be the one that it is for. */
  person: object | null
  method: MethodId | null
  proven: readonly Proof[]
}

/** Something that must be so before a new password may be chosen, and the step at which it comes to be so. */
interface Requirement {
  step: StepOnTheWay
  isMet(facts: Facts, demands: Demands): boolean
}

/** In order: the person stands at the first that is not met. */
const requirements: readonly Requirement[] = [
  { step: 'choosing', isMet: ({ method }) => method !== null },
  {
    step: 'proving',
    isMet: ({ person, method, proven }) => person !== null && method !== null && proven.includes(method),
  },
  {
    // Who has an authenticator never gets past it with only a mailbox or a phone, nor replaces it.
    step: 'verifying',
    isMet: ({ proven }, { authenticator, hasAuthenticator }) =>
      authenticator === 'off' || !hasAuthenticator || provesAuthenticator(proven),
  },
  {
    step: 'enrolling',
    isMet: ({ proven }, { authenticator, hasAuthenticator }) =>
      authenticator !== 'require' || hasAuthenticator || proven.includes('enrolment'),
  },
  {
    step: 'keeping-codes',
    isMet: ({ proven }) => !proven.includes('enrolment') || proven.includes('kept-codes'),
  },
]

/** The step at which an attempt stands by what it has proven; `password` when nothing is left to prove. */
export function nextStep(facts: Facts, demands: Demands): StepOnTheWay {
  return requirements.find((requirement) => !requirement.isMet(facts, demands))?.step ?? 'password'
}

function provesAuthenticator(proven: readonly Proof[]): boolean {
  return proven.includes('authenticator') || proven.includes('recovery-code')
}
