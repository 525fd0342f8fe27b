import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'

/** A client that sends its headers, or its whole form, slower than this gives its place to another (CWE-400). */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 20_000
const CHECKED_EACH_MS = 2000

/** The HTTP server in front of the portal, which decides what never becomes a request at all. */
export function createHttpServer(): Server {
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECKED_EACH_MS,
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else socket.end(answerTo(error.code))
  })
  return server
}

function answerTo(code: string | undefined): string {
  const status =
    code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request'
  const headers = [
    'Connection: close',
    'Content-Length: 0',
    "Content-Security-Policy: default-src 'none'",
    'X-Content-Type-Options: nosniff',
  ]
  return `HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n`
}
