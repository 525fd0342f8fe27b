import type { Organization } from './organization.ts'
import type { Settings } from './settings.ts'

/** What every letter and page of an organization says about who sends it. */
export interface Letterhead {
  organization: { name: string; color: string; onColor: string }
}

/** An organization by the name that its owners gave it; where they gave none, by the one that it was created with. */
export function named(organization: Organization, { branding }: Settings): Organization {
  return { ...organization, name: branding.name ?? organization.name }
}

export function letterhead(organization: Organization, { branding }: Settings): Letterhead {
  return {
    organization: { name: organization.name, color: branding.color, onColor: readableOn(branding.color) },
  }
}

/**
 * White or black, whichever contrasts more with a colour written `#rrggbb`: 4.5 to 1 or more on every colour
 * (WCAG 2.2 §1.4.3). Nothing lighter than black keeps that promise on a pure red.
 */
export function readableOn(color: string): string {
  return contrast(color, '#ffffff') >= contrast(color, '#000000') ? '#ffffff' : '#000000'
}

/** How much two colours contrast, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [relativeLuminance(one), relativeLuminance(other)].toSorted(
    (a, b) => a - b,
  )
  return (lighter + 0.05) / (darker + 0.05)
}

/** WCAG 2.2, "relative luminance". */
function relativeLuminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
