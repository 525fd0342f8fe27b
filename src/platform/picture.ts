import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { SECOND } from './clock.ts'

/** Why a file is no picture that may be shown. */
export type PictureFault = 'not-picture' | 'damaged' | 'dimensions'

/** Pixels of a side: the fewest and the most that a picture that was sent may have, and the most that it has once drawn. */
export interface PictureSize {
  least: number
  most: number
  drawn: number
}

export type Drawn = { png: Uint8Array } | { fault: PictureFault }

/** What the drawing process is sent. */
export interface ToDraw {
  file: Buffer
  size: PictureSize
}

const PROGRAM = new URL(`draw-picture${extname(import.meta.url)}`, import.meta.url)
const LONGEST_MS = 10 * SECOND

/** Each drawing takes some 100 MB for a moment: a process has one under way. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Draws a PNG or WebP that somebody sent anew as a PNG, its first frame if it has many, so that nothing else of the file is ever
 * served: no metadata, no script behind its end, nothing that is a file of another kind as well (ASVS 5.2.2, 5.2.6).
 * Decoders are the classic way in for a crafted file: this one runs in a process of its own, which knows no secret of
 * Latchkey's environment and whose fall takes nobody else with it.
 * @throws when that process cannot draw at all, whatever the picture.
 */
export async function redrawPicture(file: Buffer, size: PictureSize): Promise<Drawn> {
  if (!isNamedPicture(file)) return { fault: 'not-picture' }
  const drawn = last.then(() => drawApart({ file, size }))
  last = drawn.catch(() => undefined)
  return drawn
}

/** Whether a file begins as a PNG (PNG specification §5.2) or as a WebP (RFC 9649 §2.4) does. */
function isNamedPicture(file: Buffer): boolean {
  const [png, riff, webp] = [
    file.toString('latin1', 0, 8),
    file.toString('latin1', 0, 4),
    file.toString('latin1', 8, 12),
  ]
  return png === '\x89PNG\r\n\x1a\n' || (riff === 'RIFF' && webp === 'WEBP')
}

async function drawApart(work: ToDraw): Promise<Drawn> {
  const child = fork(PROGRAM, {
    env: {},
    serialization: 'advanced',
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let drawn: Drawn | undefined
  let complaint = ''
  child.once('message', (answer: Drawn) => (drawn = answer))
  child.stderr?.on('data', (words: Buffer) => (complaint += words.toString()))
  child.send(work)
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (drawn) return drawn
  if (signal) return { fault: 'damaged' }
  throw new Error(`the process that draws pictures ended with ${code}: ${complaint}`)
}
