/** An instant as people read it, with its zone said because a mail may be read anywhere. */
export function formatInstant(instant: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
    .format(instant)
    .concat(' UTC')
}

/** A country as people call it, of its two letters (ISO 3166-1). */
export function countryName(country: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country
}
