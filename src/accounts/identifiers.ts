/** What a person typed to say who they are, in the one form under which it is looked up, limited and hashed. */
export type Identifier = { kind: 'email' | 'username'; canonical: string }

/** RFC 5321 §4.5.3.1.3 leaves 254 octets for an address; nothing longer is looked at. */
const LONGEST = 254

/**
 * Reads an identifier: with an `@` it is an address, else a username. Case and compatibility forms fold together (NFKC,
 * lower case), so that "Mia@Harbour.example" finds the account that "mia@harbour.example" made and no second can exist.
 * Null when no account could ever have it.
 */
export function readIdentifier(typed: string): Identifier | null {
  const canonical = folded(typed)
  if (canonical.includes('@')) return isMailbox(canonical) ? { kind: 'email', canonical } : null
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(canonical) ? { kind: 'username', canonical } : null
}

/** The canonical form of an address that is known to be one. Throws for anything else. */
export function canonicalEmail(email: string): string {
  const identifier = readIdentifier(email)
  if (identifier?.kind !== 'email') throw new Error('not an email address')
  return identifier.canonical
}

/**
 * Whether a text is one plain mailbox: no display name, no list, no control character, no quoting (each has been used to
 * smuggle a second recipient), a domain with a dot; and its canonical form is one too, which that of "½@mail.example" is not.
 * Linear in the input's length.
 */
export function isEmail(text: string): boolean {
  return isMailbox(text) && isMailbox(folded(text))
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}

function isMailbox(text: string): boolean {
  const at = text.lastIndexOf('@')
  if (text.length > LONGEST || at < 0) return false
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)]
  return (
    local.length <= 64 &&
    /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u.test(local) &&
    !local.startsWith('.') &&
    !local.endsWith('.') &&
    !local.includes('..') &&
    domain.includes('.') &&
    domain.split('.').every((label) => /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u.test(label))
  )
}
