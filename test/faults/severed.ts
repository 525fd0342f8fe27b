import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { ConnectionTarget } from '../../src/database/connect.ts'

type Place = Exclude<ConnectionTarget, string>

/** What happens to a COMMIT. */
export type Fate =
  /** The connection breaks before the database hears of it. */
  | 'never-arrives'
  /** The database commits, and the connection breaks before it can say so. */
  | 'answer-lost'
  /** The connection breaks at once, and the database hears of it when `release` is called. */
  | 'arrives-late'

/** A connection to PostgreSQL by a cable that a test can cut. Where it leads can change, as after a restart. */
export interface Cable {
  target: Place
  /** Decides what happens to the next COMMIT of a transaction that inserted into this table. */
  sever(table: string, fate: Fate): void
  /** Resolves when that has happened. */
  severed(): Promise<void>
  /** Lets a COMMIT that is late arrive. */
  release(): void
  /** From now on leads there. */
  leadTo(place: Place): void
  /** Cuts every connection, and answers no new one until it is mended. */
  cut(): void
  mend(): void
  /** Keeps every connection and carries nothing, as to a frozen machine, until it carries again; what was sent is lost. */
  fallSilent(): void
  /** Falls silent when this is sent. */
  fallSilentAt(words: string): void
  carry(): void
  close(): Promise<void>
}

/** A simple query, as node-postgres sends one that has no values: its type, its length, its text. */
const COMMIT = Buffer.from('COMMIT;\0')

/** Lays a cable to a PostgreSQL behind a unix socket. */
export async function layCable(to: Place): Promise<Cable> {
  let place = to
  let isCut = false
  let isSilent = false
  let lastWords: string | null = null
  let order: { table: string; fate: Fate } | null = null
  let release: () => void = () => undefined
  let told: () => void = () => undefined
  const happened = new Promise<void>((resolve) => (told = resolve))
  const sockets = new Set<Socket>()

  // Half open, because a frozen machine answers no farewell either.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (isCut) {
      near.destroy()
      return
    }
    near.on('end', () => isSilent || near.end())
    const far = connect(`${place.host}/.s.PGSQL.${place.port}`)
    let writes = ''
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined) // Breaking is what this cable is for.
      socket.on('close', () => {
        sockets.delete(socket)
        if (!late.has(other)) other.destroy()
      })
    }
    const late = new Set<Socket>()
    far.on('data', (chunk) => isSilent || near.write(chunk))
    near.on('data', (chunk: Buffer) => {
      isSilent ||= lastWords !== null && chunk.includes(lastWords)
      if (isSilent) return
      writes += chunk.toString('latin1')
      const isCommit = chunk.includes(COMMIT)
      if (!isCommit || !order || !writes.includes(`insert into "${order.table}"`)) {
        if (isCommit) writes = ''
        far.write(chunk)
        return
      }
      const { fate } = order
      order = null
      if (fate === 'never-arrives') near.destroy()
      if (fate === 'answer-lost') {
        far.removeAllListeners('data')
        far.once('data', () => {
          near.destroy()
          told()
        })
        far.write(chunk)
        return
      }
      if (fate === 'arrives-late') {
        late.add(far)
        near.destroy()
        release = () => far.end(chunk)
      }
      told()
    })
  })
  await listening(server)
  const { port } = server.address() as AddressInfo
  const cutAll = () => sockets.forEach((socket) => socket.destroy())
  return {
    target: { ...to, host: '127.0.0.1', port },
    sever: (table, fate) => (order = { table, fate }),
    severed: () => happened,
    release: () => release(),
    leadTo: (elsewhere) => (place = elsewhere),
    cut() {
      isCut = true
      cutAll()
    },
    mend: () => (isCut = false),
    fallSilent: () => (isSilent = true),
    fallSilentAt: (words) => (lastWords = words),
    carry: () => (isSilent = false),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      cutAll()
      await closed
    },
  }
}

async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}
