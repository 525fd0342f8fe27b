/** What one text holds in the alphabet of GSM (3GPP TS 23.038 §6.2.1), and in any other. Parts of a longer one hold less. */
const GSM = { alone: 160, part: 153 }
const UCS2 = { alone: 70, part: 67 }

const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Each takes two places. */
const GSM_EXTENSION = new Set('^{}\\[~]|€')

/** Each part is paid for, and may come alone. */
const MOST_SEGMENTS = 2

/** Into how many parts a text is cut on its way; each is paid for. */
export function segmentsOf(text: string): number {
  const letters = Array.from(text)
  const isGsm = letters.every((letter) => GSM_BASIC.has(letter) || GSM_EXTENSION.has(letter))
  const room = isGsm ? GSM : UCS2
  const length = isGsm
    ? letters.reduce((sum, letter) => sum + (GSM_EXTENSION.has(letter) ? 2 : 1), 0)
    : text.length
  return length <= room.alone ? 1 : Math.ceil(length / room.part)
}

/**
 * Writes a text in which a name stands that nobody measured: cut short, at its end, as far as the text needs to fit into
 * two parts.
 */
export function fitted(name: string, write: (name: string) => string): string {
  const letters = Array.from(name)
  let text = write(name)
  while (segmentsOf(text) > MOST_SEGMENTS && letters.pop() !== undefined)
    text = write(letters.join('').trim())
  return text
}
