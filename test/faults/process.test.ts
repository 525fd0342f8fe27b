import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { until } from '../database/embedded-rig.ts'
import { startMailServer, type ArrivedMail } from '../support/smtp.ts'
import { askForLink, createPassword, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import { Visitor } from '../support/visitor.ts'
import { freePort, startDemo, type Running } from './process.ts'

/** Each test goes on with the data that the one before left behind. */
describe('faults: the process of the program itself', function () {
  this.timeout(60_000)
  let folder: string
  let smtp: { port: number; environment: Record<string, string> }
  let running: Running[] = []

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-process-'))
    const port = await freePort()
    const environment = {
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: 'Latchkey <demo@latchkey.example>',
    }
    smtp = { port, environment }
  })
  after(async () => {
    await Promise.all(running.map((one) => one.end('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  })

  it('starts twice at once on an empty folder: one database, one set of people, one key', async () => {
    const both = [startDemo(folder, smtp.environment), startDemo(folder, smtp.environment)]
    running = await Promise.all(both)
    const mia = visitorOf(running[0])
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const elsewhere = visitorOf(running[1])
    for (const [name, value] of mia.cookies) elsewhere.setCookie(name, value)
    expect((await elsewhere.open('/harbour/account')).heading).to.equal('Hello, Mia Tanaka')
    expect(running[0]?.output()).to.not.match(/"level":"(error|fatal)"/)
    for (const one of running) expect(one.output()).to.contain(realpathSync(join(folder, 'postgres')))
  })

  it('PF-01, DF-01: killed between the answer and the mail, with the mail server down, it sends the mail after its return', async () => {
    const asking = visitorOf(running[0])
    expect((await askForLink(asking, 'mia@harbour.example')).status).to.equal(303)
    // Killed in the middle of a try, the mail would wait for its lease of a minute: test/delivery tells of that.
    await until('a try has failed', () => running.some((one) => one.output().includes('tried again')))
    await Promise.all(running.map((one) => one.end('SIGKILL')))
    running = [await startDemo(folder, smtp.environment)]
    const mail = await startMailServer({ port: smtp.port })
    try {
      await mail.arrivalOf(1)
      const mia = visitorOf(running[0])
      await followLink(mia, linkOf(mail.arrived.at(-1), running[0]))
      expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
      await mail.arrivalOf(2)
      await signIn(mia, 'mia', NEW_PASSWORD)
      expect(mia.page.heading).to.equal('Hello, Mia Tanaka')
    } finally {
      await mail.close()
    }
  })

  it('PF-06: sessions, limits and passwords are where they were after a kill', async () => {
    const [mia, prober] = [visitorOf(running[0]), visitorOf(running[0])]
    await signIn(mia, 'mia', NEW_PASSWORD)
    const statuses = []
    for (let guess = 1; guess <= 15; guess += 1) statuses.push(await statusOfWrongLink(prober))
    await running[0]?.end('SIGKILL')
    running = [await startDemo(folder, smtp.environment)]
    const again = visitorOf(running[0])
    for (const [name, value] of mia.cookies) again.setCookie(name, value)
    expect((await again.open('/harbour/account')).heading).to.equal('Hello, Mia Tanaka')
    for (let guess = 1; guess <= 10; guess += 1) statuses.push(await statusOfWrongLink(again))
    expect(statuses.indexOf(429)).to.equal(20)
  })

  it('PF-07: asked to end, it takes no one new, finishes the request in flight and ends well', async () => {
    const [process] = running
    const mia = visitorOf(process)
    await mia.open('/harbour/sign-in')
    const body = new URLSearchParams({
      csrf: mia.csrf,
      identifier: 'adam',
      password: DEMO_PASSWORD,
    }).toString()
    const port = Number(new URL(process!.url).port)
    const socket = connect(port, '127.0.0.1')
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString()))
    socket.write(
      [
        'POST /harbour/sign-in HTTP/1.1',
        `Host: localhost:${port}`,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${Buffer.byteLength(body)}`,
        `Cookie: ${[...mia.cookies].map((pair) => pair.join('=')).join('; ')}`,
        'Expect: 100-continue',
        '\r\n',
      ].join('\r\n'),
    )
    await until('the request is in flight', () => heard.includes('100 Continue'))
    process?.signal('SIGTERM')
    await until('nobody new is let in', () => refusesConnections(port))
    socket.write(body)
    expect(await process?.ended).to.equal(0)
    expect(heard)
      .to.match(/HTTP\/1\.1 303/)
      .and.contain('Location: /harbour/account')
    running = []
  })
})

function visitorOf(running: Running | undefined): Visitor {
  return new Visitor(running?.url ?? '', '127.0.0.1')
}

async function statusOfWrongLink(visitor: Visitor): Promise<number> {
  return (await visitor.send('GET', `/harbour/recover/link?token=${'A'.repeat(43)}`)).status
}

/** The link of a mail, at the port that the process has now. */
function linkOf(mail: ArrivedMail | undefined, running: Running | undefined): string {
  const path = /\/harbour\/recover\/link\?token=[A-Za-z0-9_-]{43}/.exec(mail?.readable ?? '')?.[0]
  return `${running?.url ?? ''}${path ?? ''}`
}

function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}
