import { canonicalEmail, readIdentifier } from '../accounts/identifiers.ts'
import { readPhone, type PhoneProblem } from '../accounts/phone.ts'
import { judgePassword, type PasswordProblem } from '../credentials/password-policy.ts'
import { whyAddressRefused, type AddressRefusal } from '../organizations/mail-domains.ts'
import type { Organization } from '../organizations/organization.ts'
import { countryAssumed, type Settings } from '../organizations/settings.ts'

/** What somebody typed who signs up; empty where they left something out. */
export interface TypedSignUp {
  fullName: string
  email: string
  password: string
  phone: string
  hasAcceptedTerms: boolean
}

/** What was typed, in the form in which it is kept. */
export interface SignUpFacts {
  fullName: string
  email: string
  emailCanonical: string
  phone: string | null
  termsVersion: string | null
}

/** What is wrong with it, field by field; only fields with something wrong. */
export interface SignUpProblems {
  fullName?: 'missing'
  email?: 'missing' | 'unreadable' | AddressRefusal
  password?: 'missing' | PasswordProblem[]
  phone?: PhoneProblem
  terms?: 'missing'
}

/** Judges what was typed by the organization's settings, every field at once, and by nothing that is stored of anybody. */
export function judgeSignUp(
  organization: Organization,
  settings: Settings,
  typed: TypedSignUp,
): { facts: SignUpFacts } | { problems: SignUpProblems } {
  const problems: SignUpProblems = {}
  if (typed.fullName === '') problems.fullName = 'missing'

  const email = typed.email.normalize('NFKC').trim()
  const refusal = email === '' ? 'missing' : whyRefused(settings, email)
  if (refusal) problems.email = refusal

  const words = [typed.fullName, email, organization.name, organization.slug]
  const wrong =
    typed.password === '' ? 'missing' : judgePassword(settings.passwords, typed.password, { words })
  if (wrong.length > 0) problems.password = wrong

  const phone = typed.phone === '' ? null : readPhone(typed.phone, countryAssumed(settings))
  if (phone && 'problem' in phone) problems.phone = phone.problem
  if (settings.terms && !typed.hasAcceptedTerms) problems.terms = 'missing'

  if (Object.keys(problems).length > 0) return { problems }
  return {
    facts: {
      fullName: typed.fullName,
      email,
      emailCanonical: canonicalEmail(email),
      phone: phone && 'e164' in phone ? phone.e164 : null,
      termsVersion: settings.terms?.version ?? null,
    },
  }
}

function whyRefused({ signUp }: Settings, email: string): 'unreadable' | AddressRefusal | null {
  if (readIdentifier(email)?.kind !== 'email') return 'unreadable'
  return whyAddressRefused(signUp, canonicalEmail(email))
}
