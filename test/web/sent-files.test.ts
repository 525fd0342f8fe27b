import { expect } from 'chai'
import Koa from 'koa'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { createServer, type Server } from 'node:http'
import { Refused } from '../../src/web/errors.ts'
import { readFormWithFiles, type SentForm } from '../../src/web/sent-files.ts'

const LIMIT = 1000
const MEGABYTE = 1024 * 1024

describe('a form that sends files', () => {
  let server: Server
  let read: SentForm | undefined
  let url: string

  before(async () => {
    const koa = new Koa()
    koa.silent = true
    koa.use(async (ctx) => {
      read = undefined
      try {
        read = await readFormWithFiles(ctx, { logo: LIMIT })
        ctx.status = 204
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        ctx.status = error.status
      }
    })
    const handle = koa.callback()
    server = createServer((request, response) => void handle(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  it('is read with its fields and its file, byte for byte', async () => {
    const bytes = Uint8Array.from({ length: LIMIT }, (_, index) => index % 256)
    expect(await send({ name: 'Ünï\r\ncode' }, { logo: bytes })).to.equal(204)
    expect(read).to.deep.equal({
      body: { name: 'Ünï\r\ncode' },
      files: { logo: { content: Buffer.from(bytes) } },
    })
  })

  it('has no file where none was chosen, and none that nobody asked for', async () => {
    expect(await send({}, { logo: new Uint8Array(), other: new Uint8Array(10) })).to.equal(204)
    expect(read?.files).to.deep.equal({})
  })

  it('says which file is too large, and keeps the rest', async () => {
    expect(await send({ csrf: 'token' }, { logo: new Uint8Array(LIMIT + 1) })).to.equal(204)
    expect(read).to.deep.equal({ body: { csrf: 'token' }, files: { logo: { tooLarge: true } } })
  })

  it('gives a field that comes twice, or is too long, as what no field of ours takes', async () => {
    const twice = new FormData()
    twice.append('name', 'a')
    twice.append('name', 'b')
    twice.append('note', 'x'.repeat(20_000))
    await fetch(url, { method: 'POST', body: twice })
    expect(read?.body['name']).to.be.an('array')
    expect(read?.body['note']).to.be.an('array')
  })

  it('IN-12: is refused with 413 where it is far too large, and the answer arrives', async () => {
    expect(await send({}, { logo: new Uint8Array(10 * MEGABYTE) })).to.equal(413)
    expect(read).to.equal(undefined)
  })

  it('IN-12: does not keep what its many fields hold', async () => {
    const many = new FormData()
    for (let index = 0; index < 2000; index += 1) many.append(`field-${index}`, 'x')
    expect((await fetch(url, { method: 'POST', body: many })).status).to.equal(204)
    expect(Object.keys(read?.body ?? {})).to.have.length.at.most(50)
  })

  for (const [what, type, body] of [
    ['no boundary', 'multipart/form-data', 'x'],
    ['another boundary than it says', 'multipart/form-data; boundary=a', '--b\r\n\r\nx\r\n--b--'],
    ['a part that never ends', 'multipart/form-data; boundary=a', part('logo', 'half')],
    ['a field that never ends', 'multipart/form-data; boundary=a', part('name', 'half', false)],
    ['nothing in it', 'multipart/form-data; boundary=a', ''],
  ] as const)
    it(`is refused with 400 where it has ${what}`, async () => {
      const answer = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': type } })
      expect(answer.status).to.equal(400)
    })

  it('leaves nothing behind when its sender goes away in the middle', async () => {
    const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1')
    const head =
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nContent-Type: multipart/form-data; boundary=a\r\n\r\n'
    socket.write(head + part('logo', 'half'), () => socket.destroy())
    await new Promise((resolve) => socket.on('close', resolve))
    expect(await send({ name: 'after' }, {})).to.equal(204)
  })

  async function send(fields: Record<string, string>, files: Record<string, Uint8Array<ArrayBuffer>>) {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    for (const [name, bytes] of Object.entries(files)) form.append(name, new Blob([bytes]), 'picture.png')
    return (await fetch(url, { method: 'POST', body: form })).status
  }
})

function part(name: string, content: string, isFile = true): string {
  return `--a\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="x"' : ''}\r\n\r\n${content}`
}
