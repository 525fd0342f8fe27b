/** An organization, as far as everyone may know it. */
export interface Organization {
  id: string
  /** The first part of every address of its pages. */
  slug: string
  name: string
  state: 'active' | 'suspended'
}

/**
 * Whether a text can be the name of an organization, which stands in the middle of sentences, in subjects of letters and in
 * authenticator apps: one line of 1 to 100 characters, something in it that can be seen, and nothing that turns the text
 * around it round.
 */
export function isOrganizationName(text: string): boolean {
  return (
    text === text.trim() &&
    text.length <= 100 &&
    text.isWellFormed() &&
    /[\p{L}\p{N}\p{S}]/u.test(text) &&
    !/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufffd]/u.test(text)
  )
}

/** First path segments that are the product's own. */
export const RESERVED_SLUGS = ['demo', 'hooks', 'healthz', 'readyz', 'assets', 'metrics']

/** Whether a text can be an organization's slug: lower-case letters, digits and single hyphens, 2 to 40, not reserved. */
export function isSlug(text: string): boolean {
  return (
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text) &&
    text.length >= 2 &&
    text.length <= 40 &&
    !RESERVED_SLUGS.includes(text)
  )
}
