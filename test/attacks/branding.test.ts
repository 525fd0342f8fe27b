import { expect } from 'chai'
import sharp from 'sharp'
import { currentSettings } from '../../src/organizations/store.ts'
import { ownerOf } from '../support/owner.ts'
import { png } from '../support/png.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const LOGO = '/harbour/manage/branding/logo'
const picture = (content: Buffer) => new Blob([new Uint8Array(content)])

describe('attacks: the look of an organization', () => {
  let portal: Portal
  let owner: Visitor

  before(async () => {
    portal = await openPortal()
    owner = await ownerOf(portal, 'harbour')
  })
  after(() => portal.close())

  const logo = async () => (await portal.within('harbour', currentSettings)).settings.branding.logo
  const addressOfLogo = async () =>
    (await portal.visitor().open('/harbour/sign-in')).root.querySelector('img.logo')?.getAttribute('src')

  it('CS-09: a logo is served from here, as a picture and nothing else, with all that its file carried left out', async () => {
    await owner.open(LOGO)
    const script = Buffer.from('<script>alert(1)</script>')
    const saved = await owner.press(
      'Use this picture',
      {},
      { logo: picture(png({ before: [['tEXt', script]], after: script })) },
    )
    expect(saved.text).to.contain('Saved as version 2')
    const address = (await addressOfLogo()) ?? ''
    expect(address).to.match(/^\/harbour\/logo\/[0-9a-f]{64}$/)
    const { status, headers, body } = await portal.visitor().send('GET', address)
    expect([status, headers['content-type']]).to.deep.equal([200, 'image/png'])
    expect(headers['x-content-type-options']).to.equal('nosniff')
    expect(headers['content-security-policy']).to.contain("default-src 'self'")
    expect(headers['cross-origin-resource-policy']).to.equal('same-origin')
    expect(headers['cache-control']).to.contain('immutable')
    expect(body).not.to.contain('script')
    await portal.deliver()
    expect(portal.mailbox.at(-1)?.text).to.contain('Logo: none →')
  })

  it('CS-09: a page, an SVG or a damaged picture is refused at its field, and the logo stays', async () => {
    const before = await logo()
    for (const content of [
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      '<!doctype html><script>alert(1)</script>',
      png().subarray(0, 70).toString('latin1'),
      'x'.repeat(3 * 1024 ** 2),
    ]) {
      await owner.open(LOGO)
      const refused = await owner.press(
        'Use this picture',
        {},
        { logo: picture(Buffer.from(content, 'latin1')) },
      )
      expect(refused.status).to.equal(422)
      expect(refused.problemsAt('logo')).to.have.length(1)
      expect(refused.problemsAt('logo')[0]).not.to.match(/errors\./)
    }
    expect(await logo()).to.equal(before)
  })

  it('CS-09, IN-15: no setting of the look takes the address of a picture, a stylesheet or a script', async () => {
    await owner.open('/harbour/manage/branding')
    for (const [name, value] of [
      ['color', 'url(https://evil.example/x.png)'],
      ['color', '#000000;background:url(//evil.example)'],
      ['supportValue', 'javascript:alert(1)'],
      ['supportValue', 'data:text/html,<script>alert(1)</script>'],
    ] as const) {
      const refused = await owner.press('See what follows', { supportKind: 'link', [name]: value })
      expect(refused.problemsAt(name), value).to.have.length(1)
    }
    await owner.open(LOGO)
    const address = new FormData()
    address.append('csrf', owner.csrf)
    address.append('logo', 'http://169.254.169.254/latest/meta-data')
    expect((await owner.send('POST', LOGO, address)).status).to.equal(422)
  })

  it('CS-01: a picture that comes without the form’s token, or from elsewhere, changes nothing', async () => {
    const before = await logo()
    await owner.open(LOGO)
    const form = (csrf: string) => {
      const filled = new FormData()
      filled.append('csrf', csrf)
      filled.append('logo', picture(png({ width: 40 })), 'logo.png')
      return filled
    }
    expect((await owner.send('POST', LOGO, form('x'))).status).to.equal(403)
    const elsewhere = { 'Sec-Fetch-Site': 'cross-site' }
    expect((await owner.send('POST', LOGO, form(owner.csrf), elsewhere)).status).to.equal(403)
    expect(await logo()).to.equal(before)
  })

  it('TI-01: the logo of one organization is not there under the name of another', async () => {
    const address = (await addressOfLogo()) ?? ''
    expect((await portal.visitor().send('GET', address.replace('/harbour/', '/meadow/'))).status).to.equal(
      404,
    )
    expect((await portal.visitor().send('GET', '/harbour/logo/..%2f..%2fetc')).status).to.equal(404)
  })

  it('is taken away again, and comes back with an older version of the settings', async () => {
    const before = await logo()
    await owner.open(LOGO)
    await owner.press('Remove the logo')
    expect(await addressOfLogo()).to.equal(undefined)
    await owner.open('/harbour/manage/history/2')
    await owner.press('Take version 2 over again')
    expect(await logo()).to.equal(before)
    expect((await portal.visitor().send('GET', (await addressOfLogo()) ?? '')).status).to.equal(200)
  })

  it('CS-09: a WebP is taken as well, and served as what it was drawn to', async () => {
    const before = await logo()
    await owner.open(LOGO)
    const webp = await sharp(png({ width: 600, height: 300 }))
      .webp()
      .toBuffer()
    await owner.press('Use this picture', {}, { logo: picture(webp) })
    expect(await logo()).not.to.equal(before)
    const { headers } = await portal.visitor().send('GET', (await addressOfLogo()) ?? '')
    expect(headers['content-type']).to.equal('image/png')
  })

  it('CS-09: of two owners who send one at the same time the second is asked to wait: nobody fills the line of all', async () => {
    await changeAccount(portal, 'harbour', 'adam', { role: 'owner' })
    const other = portal.visitor()
    await signIn(other, 'adam')
    await Promise.all([owner.open(LOGO), other.open(LOGO)])
    const sent = await Promise.all(
      [owner, other].map((by, index) =>
        by.press('Use this picture', {}, { logo: picture(png({ width: 50 + index })) }),
      ),
    )
    expect(sent.map(({ status }) => status)).to.have.members([200, 503])
  })
})
