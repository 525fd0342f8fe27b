import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A port on this machine that leads to a socket, and later to another: what a pooler or a proxy is to the program. */
export interface Door {
  port: number
  leadTo(path: string): void
  close(): Promise<void>
}

/** Opens a door to the socket at a path. */
export async function openDoor(path: string): Promise<Door> {
  let leadsTo = path
  const open = new Set<Socket>()
  const server = createServer((inside) => {
    const outside = connect(leadsTo)
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(one)
      one.pipe(other)
      // A server that is gone closes its end with an error: the other end sees a connection that broke.
      one.on('error', () => undefined)
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(other) {
      leadsTo = other
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
