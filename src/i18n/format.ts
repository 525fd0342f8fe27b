/** An instant as people read it, with its zone said because a mail may be read anywhere. */
export function formatInstant(instant: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
    .format(instant)
    .concat(' UTC')
}
