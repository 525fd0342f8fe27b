import { foldedDomain } from './mail-domains.ts'
import { isDomain } from './settings.ts'

/** A line of a pasted list that names no domain. */
export interface BadLine {
  number: number
  text: string
}

/**
 * Reads a list of domains as people paste it: one a line or with commas between them, with the `@` or `*.` that other
 * programs write in front. Each stands in the list once, in small letters, as it would be read aloud.
 */
export function readDomainList(text: string): { domains: string[]; bad: BadLine[] } {
  const domains = new Map<string, string>()
  const bad: BadLine[] = []
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const entries = line.split(/[,;，；、]/).map((entry) => entry.trim())
    for (const entry of entries.filter((part) => part !== '')) {
      const domain = entry
        .replace(/^(@|\*\.)/, '')
        .replace(/\.$/, '')
        .toLowerCase()
      const folded = foldedDomain(domain)
      if (isDomain(domain) && folded !== '') domains.set(folded, domains.get(folded) ?? domain)
      else bad.push({ number: index + 1, text: entry })
    }
  }
  return { domains: [...domains.values()], bad }
}

/** A list of domains as it stands in a field: one a line. */
export function asDomainList(domains: readonly string[]): string {
  return domains.join('\n')
}
