import { get } from 'node:http'
import { expect } from 'chai'
import { newAccount } from '../../src/accounts/account.ts'
import { addAccount } from '../../src/accounts/store.ts'
import { dispatch } from '../../src/delivery/dispatch.ts'
import { enqueue } from '../../src/delivery/outbox.ts'
import { createCapturingSender, createCapturingSmsSender } from '../../src/delivery/senders/captured.ts'
import type { Config } from '../../src/platform/config.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { PHONE, preparersThatMint, renderer } from '../delivery/rig.ts'
import { openPortal, type Portal, withPortal } from '../support/portal.ts'

const OUTBOX = ['/demo/outbox', '/demo/outbox.json', '/demo/outbox/0198d000-0000-7000-8000-000000000000']

describe('The demo’s own pages', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  it('list the organizations with their people and the password they share', async () => {
    const page = await portal.visitor().open('/')
    for (const slug of ['harbour', 'summit', 'lantern', 'meadow', 'acme']) {
      expect(page.root.querySelector(`a[href="/${slug}/sign-in"]`), slug).not.to.equal(null)
      expect(page.root.querySelector(`a[href="/${slug}/recover"]`), slug).not.to.equal(null)
    }
    expect(page.text).to.contain('Lantern-Harbour-42!').and.to.contain('mia@harbour.example')
  })

  it('list who came with the demo, and not the thousands that somebody imported', async () => {
    await portal.within('summit', async (tx) => {
      for (let person = 0; person < 30; person += 1)
        await addAccount(
          tx,
          newAccount({
            id: newId(systemRandom, tx.now),
            username: `later-${person}`,
            fullName: 'Later Person',
          }),
        )
    })
    const page = await portal.visitor().open('/')
    expect(page.root.querySelectorAll('ul.people li').length).to.be.lessThan(60)
    expect(page.text).to.contain('mia@harbour.example').and.not.to.contain('later-29')
  })

  it('show the outbox to this machine', async () => {
    const page = await fetch(`${portal.url}/demo/outbox`)
    expect(page.status).to.equal(200)
    expect(await (await fetch(`${portal.url}/demo/outbox.json`)).json()).to.deep.equal([])
  })

  for (const header of ['X-Forwarded-For', 'X-Forwarded-Host', 'Forwarded', 'Via'])
    it(`hide it as soon as a request came through something (${header})`, async () => {
      for (const path of OUTBOX) {
        const answer = await fetch(portal.url + path, { headers: { [header]: '127.0.0.1' } })
        expect(answer.status, path).to.equal(404)
        expect(await answer.text()).not.to.contain('token=')
      }
    })

  it('hide it under any name but this machine’s', async () => {
    await withPortal(
      { config: (config) => withAddress(config, 'http://demo.example.org') },
      async (named) => {
        const statusOf = (path: string) => statusUnder('demo.example.org', named, path)
        expect(await statusOf('/harbour/sign-in')).to.equal(200)
        for (const path of OUTBOX) expect(await statusOf(path), path).to.equal(404)
      },
    )
  })

  it('are not there in production', async () => {
    await withPortal(
      { config: (config) => ({ ...config, environment: 'production' }) },
      async (production) => {
        for (const path of OUTBOX) expect((await fetch(production.url + path)).status, path).to.equal(404)
        const home = await (await fetch(production.url)).text()
        expect(home).not.to.contain('Lantern-Harbour-42!')
        expect(home).to.contain('name="organization"')
        const page = await production.visitor().open('/harbour/sign-in')
        expect(page.root.querySelector('a[href="/demo/outbox"]')).to.equal(null)
      },
    )
  })
})

describe('The demo’s outbox', () => {
  it('shows a mail that went out, newest first, with a working link, in a frame that can do nothing', async () => {
    await withPortal({ sender: 'own' }, async (portal) => {
      const visitor = portal.visitor()
      for (const name of ['mia', 'noah']) {
        await visitor.open('/harbour/recover')
        await visitor.press('Send Reset Link', { identifier: `${name}@harbour.example` })
        await portal.deliver()
        portal.clock.pass(1000)
      }
      const sent = (await (await fetch(`${portal.url}/demo/outbox.json`)).json()) as Record<string, string>[]
      expect(sent.map(({ to }) => to)).to.deep.equal(['noah@harbour.example', 'mia@harbour.example'])
      expect(sent[0]).to.include({ organization: 'harbour', channel: 'email', template: 'recover-link' })
      expect(sent[0]).to.have.all.keys(
        'id organization channel to template subject text html createdAt sentAt'.split(' '),
      )
      const link = /http:\S+token=\S+/.exec(sent[0]?.['text'] ?? '')?.[0] ?? ''
      expect((await visitor.open(link)).status).to.equal(200)

      const frame = await fetch(`${portal.url}/demo/outbox/${sent[0]?.['id']}`)
      expect(frame.status).to.equal(200)
      const policy = frame.headers.get('content-security-policy')
      expect(policy).to.contain("default-src 'none'").and.to.contain("frame-ancestors 'self'")
      const page = await (await fetch(`${portal.url}/demo/outbox`)).text()
      expect(page)
        .to.match(/<iframe[^>]+sandbox=/)
        .and.to.contain('noah@harbour.example')
    })
  })
})

describe('The demo’s outbox, with a text in it', () => {
  it('shows it with its number and its words, without a subject or a frame', async () => {
    await withPortal({}, async (portal) => {
      const { random, onLost, log } = portal.app.parts
      await portal.within('acme', (tx) =>
        enqueue(tx, random, { name: 'recover-code', to: PHONE, locale: 'en', data: { attemptId: 'a1' } }),
      )
      const codes: string[] = []
      const database = portal.store.database
      await dispatch({
        database,
        random,
        preparers: preparersThatMint(codes),
        renderer,
        sender: createCapturingSender({ database, random }),
        smsSender: createCapturingSmsSender({ database, random }),
        onLost,
        log,
      })
      const sent = (await (await fetch(`${portal.url}/demo/outbox.json`)).json()) as Record<string, unknown>[]
      expect(sent).to.have.length(1)
      expect(sent[0]).to.include({
        organization: 'acme',
        channel: 'sms',
        to: PHONE,
        template: 'recover-code',
        subject: null,
        html: null,
      })
      expect(sent[0]?.['text']).to.contain(`@account.example.org #${codes[0]}`)
      const page = await (await fetch(`${portal.url}/demo/outbox`)).text()
      for (const words of ['Text message', `SMS to ${PHONE} · acme`, `#${codes[0]}`])
        expect(page).to.contain(words)
      expect(page).not.to.contain('<iframe')
      expect((await fetch(`${portal.url}/demo/outbox/${String(sent[0]?.['id'])}`)).status).to.equal(404)
    })
  })
})

function withAddress(config: Config, publicUrl: string): Config {
  return { ...config, server: { ...config.server, publicUrl } }
}

/** Asks straight, through no proxy, under a Host of one's choice, which fetch does not let one choose. */
function statusUnder(host: string, portal: Portal, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: new URL(portal.url).port, path, headers: { Host: host } }
    get(options, (response) => resolve(response.resume().statusCode)).on('error', reject)
  })
}
