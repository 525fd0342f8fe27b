import { execFile, type ExecFileException } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SECOND } from './clock.ts'
import { Gate } from './gate.ts'
import { Unavailable } from './unavailable.ts'

/** Why a file is no picture that may be shown; the process that draws ends with a code for each that it finds. */
export const FAULTS = ['damaged', 'dimensions'] as const
export type PictureFault = 'not-picture' | (typeof FAULTS)[number]

/** Pixels of a side: the fewest and the most that a picture that was sent may have, and the most that it has once drawn. */
export interface PictureSize {
  least: number
  most: number
  drawn: number
}

export type Drawn = { png: Buffer } | { fault: PictureFault }

/** The code of the first of the faults; lower ones are Node's own. */
export const FIRST_CODE = 64

const SOURCE = extname(import.meta.url)
const PROGRAM = fileURLToPath(new URL(`draw-picture${SOURCE}`, import.meta.url))
/** Options of this process may carry an environment or open a debugger: only what reads TypeScript, in tests, is handed on. */
const LOADER = SOURCE === '.ts' ? process.execArgv : []
const LONGEST_MS = 5 * SECOND
const LARGEST_BYTES = 4 * 1024 ** 2
const LONGEST_COMPLAINT = 2000
/** Each frame costs the decoder as much again as all before it. */
const MOST_FRAMES = 1000
const WHAT = 'the drawing of pictures'
const RETRY_AFTER_SECONDS = 10

/** Each drawing takes 100 to 250 MB for a moment. */
const gate = new Gate({ what: WHAT, concurrency: 1, queue: 8, retryAfterSeconds: RETRY_AFTER_SECONDS })

/**
 * Draws a PNG or WebP that somebody sent anew as a PNG, its first frame if it has many, so that nothing else of the file is ever
 * served: no metadata, no script behind its end, nothing that is a file of another kind as well (ASVS 5.2.2, 5.2.6). The decoder
 * runs in a process of its own, with an empty environment: where a crafted file ends it, nobody else is served less. (It is the
 * same user's: whoever took it over could read what this user can.)
 * @throws Unavailable when too many wait, or that process could not be started, fell or took too long.
 */
export async function redrawPicture(file: Buffer, size: PictureSize): Promise<Drawn> {
  if (!isNamedPicture(file)) return { fault: 'not-picture' }
  if (hasManyFrames(file)) return { fault: 'damaged' }
  return gate.run(() => drawApart(file, size))
}

/** Whether a file begins as a PNG (PNG specification §5.2) or as a WebP (RFC 9649 §2.4) does. */
function isNamedPicture(file: Buffer): boolean {
  const beginning = file.toString('latin1', 0, 12)
  return beginning.startsWith('\x89PNG\r\n\x1a\n') || /^RIFF.{4}WEBP/s.test(beginning)
}

function hasManyFrames(file: Buffer): boolean {
  let frames = 0
  for (let at = file.indexOf('ANMF'); at >= 0 && frames <= MOST_FRAMES; at = file.indexOf('ANMF', at + 4))
    frames += 1
  return frames > MOST_FRAMES
}

async function drawApart(file: Buffer, size: PictureSize): Promise<Drawn> {
  const { error, png, complaint } = await runApart(file, size)
  if (!error && png.length > 0) return { png }
  const fault = FAULTS[Number(error?.code) - FIRST_CODE]
  if (fault) return { fault }
  const how = `${error?.code ?? error?.signal ?? 'nothing drawn'} ${complaint.toString('utf8', 0, LONGEST_COMPLAINT)}`
  throw new Unavailable(WHAT, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: new Error(how) })
}

function runApart(
  file: Buffer,
  size: PictureSize,
): Promise<{ error: ExecFileException | null; png: Buffer; complaint: Buffer }> {
  const limits = { timeout: LONGEST_MS, killSignal: 'SIGKILL', maxBuffer: LARGEST_BYTES } as const
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...LOADER, PROGRAM, JSON.stringify(size)],
      { ...limits, env: {}, encoding: 'buffer' },
      (error, png, complaint) => resolve({ error, png, complaint }),
    )
    // It may end before it has read all; how it ended is told above.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(file)
  })
}
