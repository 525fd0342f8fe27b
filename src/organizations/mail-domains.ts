import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import mailchecker from 'mailchecker'
import { projectRoot } from '../platform/root.ts'
import type { SignUpSettings } from './settings.ts'

/** Why an organization takes nobody with this address. */
export type AddressRefusal = 'free-mail' | 'disposable' | 'denied'

const FREE_MAIL: ReadonlySet<string> = new Set(
  readFileSync(join(projectRoot, 'config', 'free-mail-domains.txt'), 'utf8')
    .replace(/^#.*$/gm, '')
    .split(/\s+/)
    .filter(Boolean),
)

/** The list alone: the package's own reading of addresses is not ours. */
const DISPOSABLE: ReadonlySet<string> = mailchecker.blacklist()

/** Whether somebody with an address, in canonical form, may sign up by these settings; null when they may. */
export function whyMayNotSignUp(settings: SignUpSettings, email: string): 'closed' | AddressRefusal | null {
  return settings.mode === 'closed' ? 'closed' : whyAddressRefused(settings, email)
}

/**
 * Whether an organization takes an address, in canonical form, whoever has it; null when it does. What the owner allows wins
 * over what they deny, and both over the lists. Each domain stands for all below it.
 */
export function whyAddressRefused(
  { mode, allowedDomains, deniedDomains }: SignUpSettings,
  email: string,
): AddressRefusal | null {
  const domains = withParents(foldedDomain(email.slice(email.lastIndexOf('@') + 1)))
  const isOn = (list: readonly string[]) => list.some((domain) => domains.includes(foldedDomain(domain)))
  if (isOn(allowedDomains)) return null
  if (isOn(deniedDomains)) return 'denied'
  // The lists are for who may come by themselves; whom the organization lets in has the mailbox that they have.
  if (mode !== 'company') return null
  if (domains.some((domain) => DISPOSABLE.has(domain))) return 'disposable'
  return domains.some((domain) => FREE_MAIL.has(domain)) ? 'free-mail' : null
}

/** A domain in small ASCII letters (RFC 5891); empty for what is no domain. */
export function foldedDomain(domain: string): string {
  return domainToASCII(domain.trim())
}

/** `mail.example.co.id` and everything that it stands below: `example.co.id`, `co.id`. */
function withParents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}
