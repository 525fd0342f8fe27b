import { expect } from 'chai'
import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { openPortal, type Portal } from '../support/portal.ts'
import { loadAssets } from '../../src/web/assets.ts'

/** What a browser transfers: Node's fetch would hide it behind decompression. */
async function transfer(
  portal: Portal,
  path: string,
  encoding = 'br',
): Promise<{ headers: Headers; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(portal.url)
    const options = {
      host: hostname === 'localhost' ? '127.0.0.1' : hostname,
      port,
      path,
      headers: { Host: host, 'Accept-Encoding': encoding },
    }
    request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const headers = new Headers(response.headers as Record<string, string>)
        resolve({ headers, bytes: Buffer.concat(chunks) })
      })
    })
      .on('error', reject)
      .end()
  })
}

describe('Assets', () => {
  let portal: Portal
  const { byAddress, addresses } = loadAssets()

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  it('are where the pages say they are', async () => {
    const page = await portal.visitor().open('/harbour/sign-in')
    const linked = page.root
      .querySelectorAll('link[href], script[src]')
      .map((element) => element.getAttribute('href') ?? element.getAttribute('src') ?? '')
    expect(linked).to.include.members([addresses.styles, addresses.checklist])
    for (const address of linked) {
      const answer = await portal.visitor().send('GET', address)
      expect(answer.status, address).to.equal(200)
      expect(answer.body).not.to.equal('')
    }
  })

  for (const address of byAddress.keys()) {
    it(`${address.split('/').at(-1)} is kept for ever, compressed as the browser likes, and the same each way`, async () => {
      const plain = await transfer(portal, address, 'identity')
      const brotli = await transfer(portal, address, 'br, gzip')
      const gzip = await transfer(portal, address, 'gzip')
      expect(brotliDecompressSync(brotli.bytes).equals(plain.bytes)).to.equal(true)
      expect(gunzipSync(gzip.bytes).equals(plain.bytes)).to.equal(true)
      for (const { headers } of [plain, brotli, gzip]) {
        expect(headers.get('cache-control')).to.equal('public, max-age=31536000, immutable')
        expect(headers.get('vary')).to.contain('Accept-Encoding')
        expect(headers.get('content-type')).to.match(/^(text\/(css|javascript)|image\/svg\+xml)/)
      }
    })
  }

  it('have addresses that name their content', () => {
    for (const address of byAddress.keys()) expect(address).to.match(/^\/assets\/[\w-]{12}\//)
    expect(loadAssets().addresses).to.deep.equal(addresses)
  })

  it('come with no map of their sources', async () => {
    for (const address of byAddress.keys()) {
      expect((await portal.visitor().send('GET', `${address}.map`)).status).to.equal(404)
      expect((await transfer(portal, address, 'identity')).bytes.toString()).not.to.contain(
        'sourceMappingURL',
      )
    }
  })

  it('are never written to', async () => {
    const answer = await portal.visitor().send('POST', addresses.styles, { a: 'b' })
    expect(answer.status).to.be.within(404, 405)
  })

  it('and the page make a first view of sign-in of less than 30 KB', async () => {
    const { bytes: page } = await transfer(portal, '/harbour/sign-in')
    const linked = [...page.toString().matchAll(/(?:<link[^>]+href|<script[^>]+src)="([^"]+)"/g)].map(
      ([, address]) => address ?? '',
    )
    const modules = [...byAddress.keys()].filter((address) => address.endsWith('.js'))
    const wanted = [...new Set([...linked, ...modules])]
    expect(wanted, 'two stylesheets and two modules at least').to.have.length.above(3)
    const sizes = await Promise.all(
      wanted.map(async (address) => (await transfer(portal, address)).bytes.length),
    )
    const total = sizes.reduce((sum, size) => sum + size, page.length)
    expect(total).to.be.below(30 * 1024)
  })
})
