import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForLink, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const CANARY = 'canary-Zx81-secret'

describe('faults: something of ours throws', () => {
  let portal: Portal
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    await mia.open('/harbour/sign-in')
  })
  afterEach(() => portal.close())

  it('PF-10: a page that throws is a calm 500 whose number finds the line in the log, and no secret is in either', async () => {
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    hasher.verify = () => Promise.reject(Object.assign(new Error('the hashing broke'), { password: CANARY }))
    const page = await mia.submit('Sign in', { identifier: 'mia', password: CANARY })
    expect(page.status).to.equal(500)
    expect(page.heading).to.equal('Something went wrong on our side')
    const requestId = String(page.headers['x-request-id'])
    expect(page.text).to.contain(requestId)
    const lines = portal.logged.filter((line) => line.includes(requestId))
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).to.deep.equal([
      'a request failed',
      'request',
    ])
    expect(lines[0]).to.contain('the hashing broke')
    expect(page.body + portal.logged.join()).to.not.contain(CANARY)

    hasher.verify = verify
    await signIn(mia, 'mia', DEMO_PASSWORD)
    expect(mia.page.address).to.equal('/harbour/account')
  })

  it('PF-10: a message that cannot be made keeps its place, and the others go out', async () => {
    const { secrets } = portal.app.parts
    const open = secrets.open.bind(secrets)
    await askForLink(mia, 'mia@harbour.example')
    await askForLink(portal.visitor(), 'adam@harbour.example')
    let opened = 0
    secrets.open = (sealed, context) => {
      opened += 1
      if (opened === 1) throw new Error('the seal is broken')
      return open(sealed, context)
    }
    await portal.app.dispatch()
    expect(portal.mailbox).to.have.length(1)
    portal.clock.pass(10_000)
    await portal.deliver()
    expect(portal.mailbox).to.have.length(2)
  })
})
