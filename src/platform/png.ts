import { promisify } from 'node:util'
import { crc32, deflate, inflate, type ZlibOptions } from 'node:zlib'

/** Why a file is no picture that may be shown. */
export type PngFault = 'not-png' | 'damaged' | 'animated' | 'dimensions'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Samples of a pixel, and the bits that each may have, by colour type (PNG specification, third edition, table 11.1). */
const COLOR_TYPES: Record<number, { samples: number; depths: number[] } | undefined> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
}
const WITH_PALETTE = 3
/** How long what says of colours that they are transparent is, by colour type; of a palette one byte for each colour at the most. */
const TRANSPARENCY: Record<number, number | undefined> = { 0: 2, 2: 6 }
const MOST_COLORS = 256

/** Where each pass of an interlaced picture begins and how far its pixels are apart: x, y, columns, rows (Adam7). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
const WHOLE = [[0, 0, 1, 1]] as const

interface Chunk {
  type: string
  data: Buffer
}

interface Header {
  width: number
  height: number
  bitsPerPixel: number
  colorType: number
  isInterlaced: boolean
}

/**
 * Writes a PNG anew from its pixels alone, so that nothing else of a file that somebody sent is ever served: no metadata, no
 * script behind its end, nothing that is a file of another kind as well. Its width and height lie between two numbers of
 * pixels, and what it says about them bounds the work.
 */
export async function rewritePng(
  file: Buffer,
  { least, most }: { least: number; most: number },
): Promise<{ png: Buffer } | { fault: PngFault }> {
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return { fault: 'not-png' }
  const chunks = chunksOf(file)
  const header = chunks?.[0]?.type === 'IHDR' ? headerOf(chunks[0].data) : null
  if (!chunks || !header) return { fault: 'damaged' }
  if (chunks.some(({ type }) => type === 'acTL')) return { fault: 'animated' }
  if (Math.min(header.width, header.height) < least || Math.max(header.width, header.height) > most)
    return { fault: 'dimensions' }
  const colors = colorsOf(chunks, header)
  const rows = colors && (await pixelRows(chunks, header))
  if (!rows) return { fault: 'damaged' }
  const kept = [...chunks.slice(0, 1), ...colors]
  const pixels = await promisify<Buffer, Buffer>(deflate)(rows)
  return {
    png: Buffer.concat([
      SIGNATURE,
      ...kept.map(({ type, data }) => chunk(type, data)),
      chunk('IDAT', pixels),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  }
}

/** The chunks up to the end that the file declares, each with the right checksum; null for a file that breaks off. */
function chunksOf(file: Buffer): Chunk[] | null {
  const chunks: Chunk[] = []
  let at = SIGNATURE.length
  while (at + 12 <= file.length) {
    const length = file.readUInt32BE(at)
    const end = at + 8 + length
    if (end + 4 > file.length) return null
    if (crc32(file.subarray(at + 4, end)) !== file.readUInt32BE(end)) return null
    const type = file.toString('latin1', at + 4, at + 8)
    if (type === 'IEND') return chunks
    chunks.push({ type, data: file.subarray(at + 8, end) })
    at = end + 4
  }
  return null
}

function headerOf(data: Buffer): Header | null {
  if (data.length !== 13) return null
  const [depth = 0, colorType = 0, compression, filter, interlace = 0] = data.subarray(8)
  const color = COLOR_TYPES[colorType]
  if (!color?.depths.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) return null
  return {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    bitsPerPixel: color.samples * depth,
    colorType,
    isInterlaced: interlace === 1,
  }
}

/**
 * What says of colours what they are, one chunk of a kind and only of the length that it has: in any other there is room for a
 * file of another kind. Null where a palette is missing or is none.
 */
function colorsOf(chunks: Chunk[], { colorType }: Header): Chunk[] | null {
  const one = (wanted: string) => chunks.find(({ type }) => type === wanted)
  const [palette, transparency] = [one('PLTE'), one('tRNS')]
  if (colorType !== WITH_PALETTE)
    return transparency && transparency.data.length === TRANSPARENCY[colorType] ? [transparency] : []
  const colors = (palette?.data.length ?? 0) / 3
  if (!palette || !Number.isInteger(colors) || colors < 1 || colors > MOST_COLORS) return null
  return transparency && transparency.data.length <= colors ? [palette, transparency] : [palette]
}

/** The rows of pixels as they were before they were compressed: exactly as many bytes as the header announces, or null. */
async function pixelRows(chunks: Chunk[], header: Header): Promise<Buffer | null> {
  const lengths = rowLengths(header)
  const size = lengths.reduce((sum, length) => sum + length, 0)
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  let rows: Buffer
  try {
    // A small file must not unpack to a large one (CWE-409).
    rows = await promisify<Buffer, ZlibOptions, Buffer>(inflate)(packed, { maxOutputLength: size })
  } catch {
    return null
  }
  if (rows.length !== size) return null
  let at = 0
  for (const length of lengths) {
    // Each row begins with one of five filters.
    if ((rows[at] ?? 0) > 4) return null
    at += length
  }
  return rows
}

/** How many bytes each row has, its filter included. */
function rowLengths({ width, height, bitsPerPixel, isInterlaced }: Header): number[] {
  return (isInterlaced ? PASSES : WHOLE).flatMap(([x, y, columns, rows]) => {
    const inRow = Math.ceil((width - x) / columns)
    const count = Math.ceil((height - y) / rows)
    if (inRow <= 0 || count <= 0) return []
    return Array.from({ length: count }, () => 1 + Math.ceil((inRow * bitsPerPixel) / 8))
  })
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, checksum])
}
