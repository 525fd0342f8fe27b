import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openRig, type Rig } from './rig.ts'

/** What a phone on a slow network pays for: bytes as they come over the wire, headers too. */
interface Cost {
  requests: string[]
  bytes: number
}

describe('the weight of a page', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
  })
  after(() => rig.close())

  it('a first view of sign-in costs at most 32 KB in five requests', async () => {
    const { requests, bytes } = await costOf(page, '/harbour/sign-in')
    expect(requests).to.have.length.at.most(5)
    expect(bytes).to.be.at.most(32 * 1024)
  })

  it('the next page costs itself alone', async () => {
    const { requests } = await costOf(page, '/harbour/recover')
    expect(requests).to.deep.equal(['/harbour/recover'])
  })

  it('has an icon of its own', async () => {
    const address = await page.locator('link[rel=icon]').getAttribute('href')
    const icon = await page.request.get(address ?? '')
    expect(icon.status()).to.equal(200)
    expect(icon.headers()['content-type']).to.equal('image/svg+xml')
  })
})

async function costOf(page: Page, address: string): Promise<Cost> {
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  const sent = new Map<string, string>()
  const cost: Cost = { requests: [], bytes: 0 }
  network.on('Network.requestWillBeSent', ({ requestId, request }) => sent.set(requestId, request.url))
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    // What comes out of the browser's own store was never on the wire.
    const url = sent.get(requestId)
    // What the page before had asked for is no cost of this one.
    if (url === undefined) return
    const { pathname } = new URL(url)
    // The icon comes when the browser finds the time, and not in every browser.
    if (encodedDataLength === 0 || pathname.endsWith('/icon.svg')) return
    cost.requests.push(pathname)
    cost.bytes += encodedDataLength
  })
  // Styles and scripts are all there when the page counts as loaded.
  await page.goto(address, { waitUntil: 'load' })
  await network.detach()
  return cost
}
