import { pipeline } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CsvError, parse } from 'csv-parse'

/** Why a file is no CSV that can be read on. */
export type CsvFault = 'not-text' | 'too-large' | 'quotes' | 'row-too-long'

/** A row of a file, counted from 1 as spreadsheets do, or why nothing more of it can be read. */
export type CsvItem = { row: number; cells: string[] } | { row: number; fault: CsvFault }

/** A hundred thousand people with their hashes take some 20 MB. */
export const MOST_BYTES = 32 * 1024 * 1024
const LONGEST_ROW = 16 * 1024
/** Looked at to find out what stands between two cells. */
const BEGINNING = 4096
/**
 * Parsed in one go: all of its rows, of which an empty line is one too, wait in the parser at once, and for so long no page is
 * served. Half a megabyte of empty lines that came as one piece took it most of a minute (CWE-407).
 */
const PIECE = 1024

class Unreadable extends Error {
  readonly fault: CsvFault

  constructor(fault: CsvFault) {
    super(fault)
    this.fault = fault
  }
}

/**
 * Reads the rows of a CSV file (RFC 4180) one after another: UTF-8 with or without its mark, either line end, and commas,
 * semicolons or tabs between the cells, as spreadsheets write them in other countries. An empty line is a row without cells.
 */
export async function* readCsv(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<CsvItem> {
  let row = 0
  try {
    const text = textOf(chunks)
    const first = await text.next()
    if (first.done) return
    const parser = parse({
      delimiter: delimiterOf(first.value),
      relax_column_count: true,
      max_record_size: LONGEST_ROW,
    })
    // What breaks it is thrown by the loop below.
    pipeline(beginningWith(first.value, text), parser, () => undefined)
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1
      yield { row, cells: cells.every((cell) => cell.trim() === '') ? [] : cells }
    }
  } catch (error) {
    // The parser runs ahead of who reads from it, and knows where it stopped.
    const read = error instanceof CsvError && typeof error['records'] === 'number' ? error['records'] : row
    yield { row: read + 1, fault: faultOf(error) }
  }
}

/** The file as text; the first piece has its first line in it, or the beginning of a long one. */
async function* textOf(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let size = 0
  let pending = ''
  let hasBegun = false
  for await (const chunk of piecesOf(chunks)) {
    size += chunk.length
    if (size > MOST_BYTES) throw new Unreadable('too-large')
    if (chunk.includes(0)) throw new Unreadable('not-text')
    pending += decoded(decoder, chunk)
    hasBegun ||= /[\r\n]/.test(pending) || pending.length > BEGINNING
    if (!hasBegun) continue
    yield pending
    pending = ''
  }
  const rest = pending + decoded(decoder)
  if (rest !== '') yield rest
}

async function* piecesOf(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE) {
      yield chunk.subarray(at, at + PIECE)
      // A file that was sent is in memory already: nothing else in here waits, and others have their turn.
      await nextTurn()
    }
}

function decoded(decoder: TextDecoder, chunk?: Buffer): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
  } catch {
    throw new Unreadable('not-text')
  }
}

async function* beginningWith(first: string, others: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first
  yield* others
}

/** What stands most often in the first line, outside of quotes. */
function delimiterOf(text: string): string {
  const [line = ''] = text.replace(/"[^"]*"/g, '').split(/[\r\n]/)
  const count = (mark: string) => line.split(mark).length
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}

function faultOf(error: unknown): CsvFault {
  if (error instanceof Unreadable) return error.fault
  if (!(error instanceof CsvError)) throw error
  return error.code === 'CSV_MAX_RECORD_SIZE' ? 'row-too-long' : 'quotes'
}
