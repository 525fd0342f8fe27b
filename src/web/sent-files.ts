import { once } from 'node:events'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import type { Context } from 'koa'
import { Refused } from './errors.ts'

/** The most bytes that each file of a form may have, by field name. */
export type FileLimits = Record<string, number>

/** What is in a file that somebody sent. Its name and type are only what they say, so nobody gets to see them. */
export type SentFile = { content: Buffer } | { tooLarge: true }

/** The files of a form by field name; a field in which none was chosen is not there. */
export type SentFiles = Partial<Record<string, SentFile>>

/** A form as it came: its fields, not yet looked at, and its files. */
export interface SentForm {
  body: Record<string, unknown>
  files: SentFiles
}

/** The other fields of such a form are as large as those of every form. */
const LARGEST_FIELD = 16 * 1024
const MOST_FIELDS = 50
/** A file that is too large by up to this is read to its end and dropped, so that its field can say so. */
const READ_ALL_THE_SAME = 8 * 1024 * 1024

/** The fields of a form without files, as the parser of bodies left them. */
export function bodyOf(ctx: Context): Record<string, unknown> {
  return (ctx.request.body ?? {}) as Record<string, unknown>
}

/** Reads a form that was sent; with files where its page takes some, and whoever sent it may send them there. */
export async function readSentForm(ctx: Context, limits: FileLimits | undefined): Promise<SentForm> {
  if (limits && ctx.is('multipart')) return readFormWithFiles(ctx, limits)
  return { body: bodyOf(ctx), files: {} }
}

/**
 * Reads a form that sends files (`multipart/form-data`, RFC 7578) into memory, and never onto a disk: each file as far as
 * its limit. A field that comes twice is an array, as in every other form. Throws `Refused`: 413 for what is far too large,
 * 400 for what is no such form.
 */
export async function readFormWithFiles(ctx: Context, limits: FileLimits): Promise<SentForm> {
  const body = new Map<string, unknown>()
  const files = new Map<string, SentFile>()
  const parser = parserFor(ctx, limits)
  parser.on('field', (name, value, _isNameCut, isCut) => {
    body.set(name, body.has(name) || isCut ? [value] : value)
  })
  parser.on('file', (name, stream) => {
    const chunks: Buffer[] = []
    let size = 0
    const most = limits[name] ?? 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= most) chunks.push(chunk)
    })
    stream.on('end', () => {
      // An empty one is what browsers send where none was chosen.
      if (size > 0 && name in limits)
        files.set(name, size > most ? { tooLarge: true } : { content: Buffer.concat(chunks) })
    })
    // The parser fails as well, and that is listened to.
    stream.on('error', () => undefined)
  })
  const mostInAll = Object.values(limits).reduce((sum, limit) => sum + limit, READ_ALL_THE_SAME)
  await feed(parser, ctx, mostInAll)
  return { body: Object.fromEntries(body), files: Object.fromEntries(files) }
}

function parserFor(ctx: Context, limits: FileLimits): BusboyInstance {
  const most = {
    fieldNameSize: 100,
    fieldSize: LARGEST_FIELD,
    fields: MOST_FIELDS,
    files: Object.keys(limits).length,
    headerPairs: 20,
  }
  try {
    return new Busboy({ headers: ctx.req.headers as BusboyHeaders, limits: most })
  } catch {
    throw new Refused(400)
  }
}

/** Not a pipeline: that would close the connection when something is wrong, and nobody could be told. */
async function feed(parser: BusboyInstance, ctx: Context, most: number): Promise<void> {
  const finished = new Promise<void>((resolve, reject) => {
    parser.on('finish', resolve)
    parser.on('error', () => reject(new Refused(400)))
  })
  const written = (async () => {
    let size = 0
    for await (const chunk of ctx.req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > most) throw new Refused(413)
      if (!parser.write(chunk)) await once(parser, 'drain')
    }
    parser.end()
  })()
  try {
    await Promise.all([finished, written])
  } catch (error) {
    // Whoever went away in the middle is not a fault of ours.
    throw error instanceof Refused ? error : new Refused(400)
  } finally {
    // What is left is dropped, or a browser that is still sending would not read the answer.
    ctx.req.resume()
  }
}
