import { crc32, deflateSync } from 'node:zlib'

/** Chunks of a picture by type; what is given here stands in place of, or besides, the right ones. */
export interface Odd {
  width?: number
  height?: number
  /** What is compressed in place of the right rows. */
  rows?: Buffer
  before?: [string, Buffer][]
  after?: Buffer
  checksums?: 'wrong'
}

/** A small picture of 8 bits a sample with alpha, red all over, or one that is odd in some way. */
export function png({ width = 32, height = 32, rows, ...odd }: Odd = {}): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 6, 0, 0, 0], 8)
  const row = Buffer.from([0, ...Array.from({ length: width }, () => [255, 0, 0, 255]).flat()])
  const pixels = rows ?? Buffer.concat(Array.from({ length: height }, () => row))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...[
      ['IHDR', head] as const,
      ...(odd.before ?? []),
      ['IDAT', deflateSync(pixels)] as const,
      ['IEND', Buffer.alloc(0)] as const,
    ].map(([type, data]) => chunk(type, data, odd.checksums === 'wrong')),
    odd.after ?? Buffer.alloc(0),
  ])
}

function chunk(type: string, data: Buffer, isWrong: boolean): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE((crc32(named) ^ (isWrong ? 1 : 0)) >>> 0)
  return Buffer.concat([length, named, checksum])
}
