import { connect } from 'node:net'
import { expect } from 'chai'
import { openPortal, type Portal } from '../support/portal.ts'

/** What a second request would be, if somebody slipped it past a proxy that saw one. */
const SMUGGLED = 'GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n'

const post = (headers: string[], body: string) =>
  ['POST /harbour/sign-in HTTP/1.1', 'Host: HOST', ...headers, '', body].join('\r\n')
const FORM = 'Content-Type: application/x-www-form-urlencoded'

/** Requests whose end one reader sees here and another there (RFC 9112 §6.3, §11.2). */
const AMBIGUOUS: Record<string, string> = {
  'a length and chunks (CL.TE)': post(
    [FORM, 'Content-Length: 6', 'Transfer-Encoding: chunked'],
    `0\r\n\r\n${SMUGGLED}`,
  ),
  'chunks and a length (TE.CL)': post(
    [FORM, 'Transfer-Encoding: chunked', 'Content-Length: 4'],
    `5c\r\n${SMUGGLED}0\r\n\r\n`,
  ),
  'chunks twice, one of them misspelt (TE.TE)': post(
    [FORM, 'Transfer-Encoding: chunked', 'Transfer-Encoding: xchunked'],
    `0\r\n\r\n${SMUGGLED}`,
  ),
  'chunks that are not the last encoding': post(
    [FORM, 'Transfer-Encoding: chunked, identity'],
    `0\r\n\r\n${SMUGGLED}`,
  ),
  'an encoding that nobody knows': post([FORM, 'Transfer-Encoding: xchunked'], `0\r\n\r\n${SMUGGLED}`),
  'a tab in front of chunked, and a length': post(
    [FORM, 'Transfer-Encoding:\tchunked', 'Content-Length: 6'],
    `0\r\n\r\n${SMUGGLED}`,
  ),
  'two lengths': post([FORM, 'Content-Length: 0', `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
  'one length twice': post([FORM, 'Content-Length: 3', 'Content-Length: 3'], `a=b${SMUGGLED}`),
  'a list of lengths': post([FORM, 'Content-Length: 0, 3'], `a=b${SMUGGLED}`),
  'a length with a sign': post([FORM, 'Content-Length: +3'], `a=b${SMUGGLED}`),
  'a length in hexadecimal': post([FORM, 'Content-Length: 0x3'], `a=b${SMUGGLED}`),
  'a space before the colon': post([FORM, 'Content-Length : 3'], `a=b${SMUGGLED}`),
  'a header that is folded (obs-fold)': post([FORM, 'X-One: two', ' Content-Length: 3'], `a=b${SMUGGLED}`),
  'a folded encoding': post([FORM, 'Transfer-Encoding:', ' chunked'], `0\r\n\r\n${SMUGGLED}`),
  'a header with a bare line feed': post([FORM, `X-One: two\nContent-Length: ${SMUGGLED.length}`], SMUGGLED),
  'a header with a bare carriage return': post(
    [FORM, `X-One: two\rContent-Length: ${SMUGGLED.length}`],
    SMUGGLED,
  ),
  'lines that end with a bare line feed':
    post([FORM, 'Content-Length: 3'], 'a=b').replaceAll('\r\n', '\n') + SMUGGLED,
  'a zero byte in a header': post([FORM, 'X-One: t\0wo', 'Content-Length: 3'], `a=b${SMUGGLED}`),
  'a chunk of a negative size': post([FORM, 'Transfer-Encoding: chunked'], `-1\r\n${SMUGGLED}`),
  'a chunk with 0x in front': post(
    [FORM, 'Transfer-Encoding: chunked'],
    `0x3\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  'a chunk longer than it says': post(
    [FORM, 'Transfer-Encoding: chunked'],
    `1\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  'a chunk that ends with a bare line feed': post(
    [FORM, 'Transfer-Encoding: chunked'],
    `3\na=b\n0\n\n${SMUGGLED}`,
  ),
  'a bare line feed in a chunk extension': post(
    [FORM, 'Transfer-Encoding: chunked'],
    `3;a\nb\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  'a chunk extension that never ends': post(
    [FORM, 'Transfer-Encoding: chunked'],
    `3;${'a'.repeat(40_000)}\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  ),
}

describe('attacks: smuggled requests', () => {
  let portal: Portal
  before(async () => (portal = await openPortal()))
  after(() => portal.close())

  for (const [what, request] of Object.entries(AMBIGUOUS)) {
    it(`CS-10: ${what}: refused, and the connection closed behind it`, async () => {
      expect(statusesIn(await answersTo(request))).to.deep.equal(['400'])
    })
  }

  it('CS-10: a request as it should be is answered, and the next one on its connection too', async () => {
    const good = post([FORM, 'Transfer-Encoding: chunked'], '3;extension=fine\r\na=b\r\n0\r\n\r\n')
    const last = 'GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n'
    expect(statusesIn(await answersTo(good + last))).to.deep.equal(['403', '200'])
  })

  /** Sends bytes as they are; resolves with all that comes back until the other side closes. */
  function answersTo(bytes: string): Promise<string> {
    const { port, host } = new URL(portal.url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1')
      let heard = ''
      socket.on('data', (chunk) => (heard += chunk.toString()))
      socket.on('error', reject)
      socket.on('close', () => resolve(heard))
      socket.write(bytes.replaceAll('HOST', host))
    })
  }
})

function statusesIn(heard: string): string[] {
  return [...heard.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status)
}
