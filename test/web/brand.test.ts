import { expect } from 'chai'
import { openPortal, type Portal } from '../support/portal.ts'

describe('An organization’s colours', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  const color = (brand: string) =>
    portal.change('harbour', (settings) => ({
      ...settings,
      branding: { ...settings.branding, color: brand },
    }))

  it('CS-09: are a stylesheet of six digits, and of nothing else that an address says', async () => {
    const sheetOf = (query: string) => portal.visitor().send('GET', `/harbour/brand.css${query}`)
    const sheet = await sheetOf('?color=123456')
    expect(sheet.headers['content-type']).to.equal('text/css; charset=utf-8')
    expect(sheet.body).to.equal(':root { --brand: #123456; --on-brand: #ffffff; }\n')
    for (const query of [
      '',
      '?color=',
      '?color=12345',
      '?color=1234567',
      '?color=%23123456',
      '?color=123456&color=654321',
      '?color=123456%0a',
      '?color=red}body{display:none',
      '?color=url(//evil.example)',
    ])
      expect((await sheetOf(query)).status, query).to.equal(404)
  })

  it('move to another address when they change, so that no browser keeps the old ones', async () => {
    const addressOf = async () =>
      (await portal.visitor().open('/harbour/sign-in')).root
        .querySelectorAll('link[rel=stylesheet]')
        .map((link) => link.getAttribute('href') ?? '')
        .find((href) => href.includes('brand.css'))
    await color('#123456')
    const before = await addressOf()
    await color('#fedcba')
    const after = await addressOf()
    expect(before).to.match(/^\/harbour\/brand\.css/)
    expect(after).not.to.equal(before)
    expect((await portal.visitor().send('GET', after ?? '')).body).to.contain('--brand: #fedcba')
  })

  it('are nobody’s where there is no organization', async () => {
    expect((await portal.visitor().send('GET', '/nowhere/brand.css?color=123456')).status).to.equal(404)
  })
})
