import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'

const credentials = { identifier: 'mia', password: DEMO_PASSWORD }

describe('Forms are taken from our own pages only', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  it('goes by what the browser says of where a form comes from', async () => {
    const from = async (headers: Record<string, string>) => {
      const visitor = portal.visitor()
      const { csrf } = (await visitor.open('/harbour/sign-in'), visitor)
      return (await visitor.send('POST', '/harbour/sign-in', { ...credentials, csrf }, headers)).status
    }
    const ours = portal.url
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: ours },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: `${ours}.evil.example` },
      { Origin: ours.replace('http:', 'https:') },
    ])
      expect(await from(headers), JSON.stringify(headers)).to.equal(403)
    for (const headers of [
      { 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'none' },
      { Origin: ours },
      {},
    ])
      expect(await from(headers), JSON.stringify(headers)).to.equal(303)
  })

  it('binds a token to one organization', async () => {
    const visitor = portal.visitor()
    await visitor.open('/summit/sign-in')
    const { csrf } = visitor
    visitor.setCookie('latchkey-form.harbour', visitor.cookies.get('latchkey-form.summit') ?? '')
    const answer = await visitor.send('POST', '/harbour/sign-in', { ...credentials, csrf })
    expect(answer.status).to.equal(403)
  })

  it('gives a planted cookie of another shape no token', async () => {
    const visitor = portal.visitor()
    visitor.setCookie('latchkey-form.harbour', 'planted')
    await visitor.open('/harbour/sign-in')
    expect(visitor.cookies.get('latchkey-form.harbour')).to.match(/^[A-Za-z0-9_-]{43}$/)
    expect((await visitor.press('Sign in', credentials)).address).to.equal('/harbour/account')
  })
})
