import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { pages } from '../../src/web/routes.ts'
import { openPortal, type Portal, withPortal } from '../support/portal.ts'
import type { Page, Visitor } from '../support/visitor.ts'

describe('What every page answers', () => {
  let portal: Portal
  let visitor: Visitor

  before(async () => {
    portal = await openPortal()
  })
  beforeEach(() => {
    visitor = portal.visitor()
  })
  after(() => portal.close())

  it('200 with the page, and HEAD like GET without it', async () => {
    const page = await visitor.send('GET', '/harbour/sign-in')
    expect(page.status).to.equal(200)
    expect(page.headers['content-type']).to.equal('text/html; charset=utf-8')
    const head = await visitor.send('HEAD', '/harbour/sign-in')
    expect(head.status).to.equal(200)
    expect(head.body).to.equal('')
    expect(head.headers['content-type']).to.equal(page.headers['content-type'])
  })

  it('422 with the form again, its problems at the top and at the field, for fields left empty', async () => {
    await visitor.open('/harbour/sign-in')
    const page = await visitor.press('Sign in')
    expect(page.status).to.equal(422)
    const summary = page.root.querySelector('[role=alert]')
    for (const field of ['identifier', 'password']) {
      const [problem] = page.problemsAt(field)
      const input = page.root.querySelector(`#${field}`)
      expect(input?.getAttribute('aria-invalid')).to.equal('true')
      expect(input?.getAttribute('aria-describedby')).to.contain(`${field}-error`)
      expect(summary?.querySelector(`a[href="#${field}"]`)?.textContent).to.equal(problem)
    }
    expect(page.root.querySelector('title')?.textContent).to.match(/^Error: /)
  })

  it('422 for a field that is repeated, an array or an object', async () => {
    await visitor.open('/harbour/sign-in')
    const { csrf } = visitor
    const pairs = [
      ['identifier=mia&identifier=noah', 'repeated'],
      ['identifier[]=mia', 'array'],
      ['identifier[$gt]=', 'object'],
      ['identifier[a][b][c]=mia', 'nested'],
      ['identifier=%00mia', 'NUL'],
      ['identifier=%ff%fe', 'no UTF-8'],
    ] as const
    for (const [body, what] of pairs) {
      const sent = `csrf=${csrf}&password=${encodeURIComponent(DEMO_PASSWORD)}&${body}`
      expect((await visitor.send('POST', '/harbour/sign-in', sent)).status, what).to.equal(422)
    }
  })

  it('303 after success, with nothing to read on the way', async () => {
    await visitor.open('/harbour/sign-in')
    const answer = await visitor.submit('Sign in', { identifier: 'mia', password: DEMO_PASSWORD })
    expect([answer.status, answer.location, answer.body]).to.deep.equal([303, '/harbour/account', ''])
    expect((await portal.visitor().send('GET', '/harbour')).location).to.equal('/harbour/sign-in')
  })

  for (const { path, view, submit } of pages.filter(({ signedIn }) => signedIn))
    it(`303 to sign-in at ${path} for who is not signed in, whatever is sent there`, async () => {
      const answers = view ? [await visitor.send('GET', `/harbour${path}`)] : []
      if (submit) answers.push(await visitor.send('POST', `/harbour${path}`, { password: 'x' }))
      for (const { status, location } of answers)
        expect([status, location]).to.deep.equal([303, '/harbour/sign-in'])
    })

  it('404 for what is not there, and for an organization that is not', async () => {
    for (const path of [
      '/nowhere/sign-in',
      '/harbour/nothing',
      '/harbour/recover/choose/me',
      '/Harbour/sign-in',
      '/harbour%00/sign-in',
      '/harb%20our/sign-in',
      '/%E0%A4%A/sign-in',
      '/.git/config',
      '/metrics',
      '/assets/0/latchkey.css',
      `/${'x'.repeat(3000)}/sign-in`,
    ])
      refuses(await visitor.send('GET', path), 404)
  })

  it('405 for another verb, with those that there are', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
      const answer = await visitor.send(method, '/harbour/sign-in')
      refuses(answer, 405)
      expect(answer.headers.allow).to.contain('GET')
    }
    const wrong = await visitor.send('GET', '/harbour/sign-out')
    refuses(wrong, 405)
    expect(wrong.headers.allow).to.equal('POST')
    refuses(await visitor.send('POST', '/harbour/recover/done', ''), 405)
    refuses(await visitor.send('POST', '/harbour/sign-out?_method=GET', { _method: 'DELETE' }), 403)
  })

  it('413 for a form that is too large', async () => {
    await visitor.open('/harbour/sign-in')
    const huge = { csrf: visitor.csrf, identifier: 'mia', password: 'x'.repeat(20_000) }
    refuses(await visitor.send('POST', '/harbour/sign-in', huge), 413)
  })

  it('415 for anything but a form', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', ''])
      refuses(
        await visitor.send('POST', '/harbour/sign-in', '{"identifier":"mia"}', { 'Content-Type': type }),
        415,
      )
  })

  it('421 for another Host, whatever the forwarding headers say', async () => {
    for (const host of ['evil.example', `localhost:1`, `${new URL(portal.url).host}.evil.example`])
      refuses(await visitor.send('GET', '/harbour/sign-in', undefined, { Host: host }), 421)
    const forwarded = await visitor.send('GET', '/harbour', undefined, { 'X-Forwarded-Host': 'evil.example' })
    expect(forwarded.location).to.equal('/harbour/sign-in')
  })

  it('429 with when to come back, in a header and in words', async () => {
    await visitor.open('/harbour/recover')
    for (let request = 0; request < 10; request += 1)
      await visitor.submit('Send Reset Link', { identifier: `nobody${request}@harbour.example` })
    const refused = await visitor.submit('Send Reset Link', { identifier: 'mia@harbour.example' })
    expect(refused.status).to.equal(429)
    expect(refused.headers['retry-after']).to.equal('600')
    expect(refused.text).to.contain('10 minutes')
    expect(refused.root.querySelector('#identifier')?.getAttribute('value')).to.equal('mia@harbour.example')
    const { csrf } = visitor
    const fresh = await visitor.send('POST', '/harbour/recover/sent', { csrf, action: 'again' })
    expect([fresh.status, fresh.headers['retry-after']]).to.deep.equal([429, '600'])
    portal.clock.pass(600_000)
    const later = await visitor.submit('Send Reset Link', { identifier: 'mia@harbour.example' })
    expect(later.status).to.equal(303)
  })

  it('500 calmly for a fault of ours, with a number that finds it in the log', async () => {
    await withPortal({}, async (broken) => {
      await breakSettings(broken)
      const page = await broken.visitor().send('GET', '/harbour/sign-in')
      refuses(page, 500)
      const number = page.root.querySelector('code')?.textContent ?? ''
      expect(number).to.match(/^[0-9a-f-]{36}$/)
      const line = broken.logged.find(
        (logged) => logged.includes(number) && logged.includes('"level":"error"'),
      )
      expect(line).not.to.equal(undefined)
      expect(page.body).not.to.match(/ZodError|node_modules|\.ts:/)
      expect((await broken.visitor().send('GET', '/summit/sign-in')).status).to.equal(200)
    })
  })
})

/** Settings that no version of the product could have written. */
async function breakSettings(portal: Portal): Promise<void> {
  await portal.within('harbour', async (tx) => {
    await tx.insert('organization_settings', {
      version: 99,
      settings: { recovery: 'mauve' },
      saved_at: tx.now,
    })
  })
}

/** An error page: its status, a heading, one way on, never a cache, and the number under which the log has it. */
function refuses(page: Page, status: number): void {
  expect(page.status).to.equal(status)
  expect(page.headers['cache-control']).to.equal('no-store')
  expect(page.heading, page.address).not.to.equal('')
  expect(page.root.querySelector('main a.button')?.getAttribute('href')).to.match(
    status === 421 ? /^http:\/\/localhost:\d+\/$/ : /^\//,
  )
  const number = page.root.querySelector('code')?.textContent
  expect(number).to.equal(page.headers['x-request-id'])
}
