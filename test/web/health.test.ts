import { expect } from 'chai'
import type { AddressInfo } from 'node:net'
import { openApp } from '../../src/app.ts'
import { loadConfig } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { createHttpServer } from '../../src/web/http.ts'
import { withPortal } from '../support/portal.ts'
import { Visitor } from '../support/visitor.ts'

describe('Health', () => {
  it('tells any Host that the process lives and can serve, and how long the oldest mail waits', async () => {
    await withPortal({}, async (portal) => {
      const visitor = portal.visitor()
      const ask = (path: string) => visitor.send('GET', path, undefined, { Host: '10.1.2.3:8080' })
      expect(JSON.parse((await ask('/healthz')).body)).to.deep.equal({ status: 'ok' })
      expect(JSON.parse((await ask('/readyz')).body)).to.deep.equal({
        status: 'ok',
        oldestMessageWaitsSeconds: 0,
      })
      await visitor.open('/harbour/recover')
      await visitor.press('Send Reset Link', { identifier: 'mia@harbour.example' })
      portal.clock.pass(90_000)
      const late = await ask('/readyz')
      expect(late.status).to.equal(200)
      expect(JSON.parse(late.body)).to.deep.equal({ status: 'ok', oldestMessageWaitsSeconds: 90 })
      await portal.deliver()
      expect(JSON.parse((await ask('/readyz')).body)).to.have.property('oldestMessageWaitsSeconds', 0)
    })
  })

  describe('with no database to be had', () => {
    const logged: string[] = []
    const server = createHttpServer()
    let visitor: Visitor
    let close: () => Promise<void>

    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const publicUrl = `http://localhost:${(server.address() as AddressInfo).port}`
      const config = loadConfig({
        SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
        PUBLIC_URL: publicUrl,
      })
      const nowhere = { host: '/nowhere', port: 5432, user: 'latchkey_app', database: 'latchkey' }
      const app = openApp(config, {
        target: nowhere,
        listenTarget: null,
        log: createLog('info', { write: (line: string) => void logged.push(line) }),
      })
      const handle = app.koa.callback()
      server.on('request', (request, response) => void handle(request, response))
      visitor = new Visitor(publicUrl, '198.51.100.1')
      close = () => app.close()
    })
    after(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await close()
    })

    it('lives, and is not ready', async () => {
      expect((await visitor.send('GET', '/healthz')).status).to.equal(200)
      const ready = await visitor.send('GET', '/readyz')
      expect(ready.status).to.equal(503)
      expect(JSON.parse(ready.body)).to.deep.equal({ status: 'unavailable' })
    })

    it('answers every page 503, with when to come back, and lets nobody through', async () => {
      for (const [method, path] of [
        ['GET', '/harbour/sign-in'],
        ['GET', '/harbour/recover/link?token=x'],
        ['GET', '/harbour/brand.css'],
        ['POST', '/harbour/sign-in'],
        ['POST', '/harbour/recover'],
        ['GET', '/?organization=harbour'],
      ] as const) {
        const page = await visitor.send(method, path, method === 'POST' ? { identifier: 'mia' } : undefined)
        expect(page.status, `${method} ${path}`).to.equal(503)
        expect(page.headers['retry-after']).to.equal('5')
        expect(page.heading).not.to.equal('')
        expect(page.body).not.to.match(/ENOENT|nowhere|postgres/i)
      }
      expect(logged.join('')).to.contain('could not be served now')
    })
  })
})
