const MINUTE_MS = 60_000

/** An instant as people read it, with its zone said because a mail may be read anywhere. */
export function formatInstant(instant: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(instant)
}

/** How long something took or lasts: "3 seconds" below two minutes, "5 minutes" below two hours, "24 hours". */
export function formatDuration(milliseconds: number, locale: string): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  const minutes = Math.round(seconds / 60)
  const [value, unit] =
    seconds < 120
      ? [seconds, 'second']
      : minutes < 120
        ? [minutes, 'minute']
        : [Math.round(minutes / 60), 'hour']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

/** A country as people call it, of its two letters (ISO 3166-1). */
export function countryName(country: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country
}

/** A language by its own name. */
export function languageName(locale: string): string {
  return new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale
}

/** How long ago something was, in whole minutes or hours; "this minute" for what was just now. */
export function formatAgo(instant: Date, now: Date, locale: string): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - instant.getTime()) / MINUTE_MS))
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  return minutes < 60 ? words.format(-minutes, 'minute') : words.format(-Math.floor(minutes / 60), 'hour')
}

/** A day (ISO 8601) as people read it, without a time. */
export function formatDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day))
}

/** A part of a whole in per cent. Rounded down, so that it is all only when it is. */
export function formatShare(part: number, whole: number, locale: string): string {
  const share = whole === 0 ? 0 : Math.floor((100 * part) / whole) / 100
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(share)
}

/** A whole number as people read it. */
export function formatNumber(count: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(count)
}

/** Names one after another, with the last one joined to the others where there are no more to come. */
export function formatNames(names: readonly string[], isAll: boolean, locale: string): string {
  return new Intl.ListFormat(locale, { type: isAll ? 'conjunction' : 'unit' }).format(names)
}
