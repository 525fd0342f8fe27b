import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { idOf } from '../support/managing.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { canSignIn, changeAccount, createPassword, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const PEOPLE = '/harbour/manage/people'

describe('attacks: on the page that adds people', () => {
  let portal: Portal
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    adam = portal.visitor()
    await signIn(adam, 'adam')
  })
  afterEach(() => portal.close())

  it('EN-09: an address that has an account is answered like a free one, and nobody is written to', async () => {
    await adam.open(`${PEOPLE}/new`)
    const invite = (email: string) => adam.submit('Add them', { fullName: 'Somebody New', email })
    const [free, taken] = [await invite('sari@gmail.com'), await invite('MIA@harbour.example')]
    for (const { status, location } of [free, taken]) {
      expect(status).to.equal(303)
      expect(location).to.match(/^\/harbour\/manage\/people\/[0-9a-f-]{36}$/)
    }
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['sari@gmail.com'])
    expect((await adam.open(taken.location ?? '')).heading, 'she is not renamed').to.equal('Mia Tanaka')
  })

  it('TI-10: an invitation from these pages is its own address’s, and gives no role that was asked for', async () => {
    await adam.open(`${PEOPLE}/new`)
    await adam.press('Add them', {
      fullName: 'Sari Dewi',
      email: 'sari@gmail.com',
      role: 'owner',
      state: 'active',
      organization_id: 'x',
    })
    await portal.deliver()
    const link = linkIn(portal.mailbox[0])
    const sari = portal.visitor()
    await sari.open(`${link}&email=mia@harbour.example`)
    await sari.press('Continue', { email: 'mia@harbour.example', role: 'owner' })
    await createPassword(sari)
    expect((await signIn(sari, 'sari@gmail.com', NEW_PASSWORD)).text, 'TI-03').to.contain('Member')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
    expect((await portal.visitor().open(link)).status).to.equal(410)
  })

  it('TI-10: nobody makes an initial password for an owner who has not come in yet, but an owner', async () => {
    await adam.open(`${PEOPLE}/new`)
    await adam.press('Add them', { fullName: 'Tono Hadi', username: 'tono' })
    await changeAccount(portal, 'harbour', 'tono', { role: 'owner' })
    const tono = await idOf(portal, 'tono')
    const make = (by: Visitor, id: string) => by.send('POST', `${PEOPLE}/${id}/way-in`, { csrf: by.csrf })
    const olivia = portal.visitor()
    await signIn(olivia, 'olivia')
    expect((await make(adam, tono)).status).to.equal(403)
    await adam.open(`${PEOPLE}/new`)
    const again = await adam.press('Add them', { fullName: 'Tono Hadi', username: 'tono' })
    expect(again.problemsAt('username')).to.deep.equal(['This username is taken. Choose another one.'])
    expect((await make(olivia, tono)).body).to.contain('class="handed"')
  })

  it('AL-01: an initial password is in the one answer, and in no table, log, address or cookie', async () => {
    await adam.open(`${PEOPLE}/new`)
    const page = await adam.press('Add them', { fullName: 'Tono Hadi', username: 'tono' })
    const initial = page.root.querySelector('.handed')?.textContent ?? ''
    expect(initial).to.have.length(19)
    expect(page.headers['cache-control']).to.contain('no-store')
    expect(page.address + [...adam.cookies.values()].join()).to.not.contain(initial)
    expect(portal.logged.join()).to.not.contain(initial)
    const dump = await dumpEverything(portal)
    expect(dump)
      .to.contain('tono')
      .and.to.not.contain(initial)
      .and.to.not.contain(initial.replaceAll('-', ''))
  })

  it('IN-04: names are text on these pages too', async () => {
    await adam.open(`${PEOPLE}/new`)
    const page = await adam.press('Add them', {
      fullName: '<img src=x onerror=alert(1)>{{7*7}}',
      email: 'sari@gmail.com',
    })
    expect(page.heading).to.equal('<img src=x onerror=alert(1)>{{7*7}}')
    expect(page.root.querySelectorAll('main img')).to.deep.equal([])
  })
})
