import { create } from 'qrcode'

/** Light modules that must stay free around a code (ISO/IEC 18004 §6.3.8). */
const QUIET = 4

/**
 * A QR code as inline SVG, dark on light whatever the page's colours are, because not every app reads the reverse. No
 * style and no script, which the content security policy would drop. `title` is what a screen reader says instead; both
 * texts are data. Print it unescaped.
 */
export function qrSvg(text: string, title: string): string {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const rows = Array.from({ length: modules.size }, (_, row) => row)
  const path = rows.flatMap((row) =>
    rows
      .filter((column) => modules.get(row, column))
      .map((column) => `M${column + QUIET} ${row + QUIET}h1v1h-1z`),
  )
  const side = modules.size + 2 * QUIET
  return (
    `<svg class="qr" viewBox="0 0 ${side} ${side}" role="img" shape-rendering="crispEdges">` +
    `<title>${escaped(title)}</title>` +
    `<rect width="${side}" height="${side}" fill="#fff"/><path d="${path.join('')}" fill="#000"/></svg>`
  )
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
