/** What makes a spreadsheet read a cell as a formula, or as several: also in the wide letters of Chinese keyboards. */
const COMES_TO_LIFE = /^[\s]*[=+\-@\t\r\n＝＋－＠]/u
/**
 * The same behind what ends a cell elsewhere. Where lists are written with semicolons, as in Indonesia, a spreadsheet ends a cell
 * there also within these quotes: they only count at the beginning of what it takes for a cell.
 */
const COMES_TO_LIFE_ELSEWHERE = /([;\t\r\n][\s"]*)(?=[=+\-@＝＋－＠])/gu

/** The mark by which spreadsheets know that a file is UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff'

/**
 * One line of a CSV file (RFC 4180), safe to open in a spreadsheet: every cell is quoted, what would come to life as a
 * formula stands behind an apostrophe, and control characters that hide one are left out (ASVS 1.2.10, CWE-1236).
 */
export function csvLine(cells: readonly string[]): string {
  return cells.map(cellOf).join(',') + '\r\n'
}

function cellOf(text: string): string {
  const visible = text.replace(/[^\P{Cc}\t\r\n]/gu, '')
  const still = COMES_TO_LIFE.test(visible) ? `'${visible}` : visible
  return `"${still.replaceAll('"', '""').replace(COMES_TO_LIFE_ELSEWHERE, "$1'")}"`
}
