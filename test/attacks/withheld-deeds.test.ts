import { expect } from 'chai'
import type { AuditRow } from '../../src/audit/audit.ts'
import { HOUR } from '../../src/platform/clock.ts'
import { idOf } from '../support/managing.ts'
import { ownerOf } from '../support/owner.ts'
import { allowing, openPortal, type Portal } from '../support/portal.ts'
import { isSignedIn, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const PEOPLE = '/harbour/manage/people'

describe('attacks: a stolen session of who runs an organization, in a loop', () => {
  let portal: Portal
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal({
      config: allowing({ 'deeds-per-manager': 8, 'deeds-per-manager-and-person': 3 }),
    })
    adam = portal.visitor()
    await signIn(adam, 'adam')
  })
  afterEach(() => portal.close())

  const act = async (by: Visitor, username: string, deed: string, fields = {}): Promise<Page> =>
    by.send('POST', `${PEOPLE}/${await idOf(portal, username)}/${deed}`, { csrf: by.csrf, ...fields })
  const add = async (email: string) => {
    await adam.open(`${PEOPLE}/new`)
    return adam.press('Add them', { fullName: 'Sari Dewi', email })
  }
  const mailed = async () => {
    await portal.deliver()
    return portal.mailbox.length
  }

  it('AL-06: one mailbox gets so many letters by one administrator and no more, and the page says when to come back', async () => {
    for (let times = 0; times < 3; times += 1) expect((await act(adam, 'mia', 'reset')).status).to.equal(303)
    const before = await mailed()
    const refused = await act(adam, 'mia', 'reset')
    expect([refused.status, refused.headers['retry-after']]).to.deep.equal([429, String(24 * 3600)])
    expect(refused.root.querySelector('[role=alert]')?.textContent).to.contain('24 hours')
    for (const state of ['suspended', 'active'])
      expect((await act(adam, 'mia', 'state', { state })).status).to.equal(429)
    expect(await mailed()).to.equal(before)
    expect((await act(adam, 'noah', 'reset')).status, 'somebody else').to.equal(303)
  })

  it('AL-06: invitations count alike, under whatever spelling of the address, and nothing that was typed is lost', async () => {
    for (const email of ['sari@lintas.example', 'Sari@lintas.example', 'SARI@LINTAS.EXAMPLE'])
      expect((await add(email)).heading).to.equal('Sari Dewi')
    const before = await mailed()
    const refused = await add('sari@Lintas.example')
    expect(refused.status).to.equal(429)
    expect(refused.root.querySelector('#email')?.getAttribute('value')).to.equal('sari@Lintas.example')
    expect(refused.root.querySelector('#fullName')?.getAttribute('value')).to.equal('Sari Dewi')
    expect(await mailed()).to.equal(before)
  })

  it('AL-06: so many people an hour, of whom the log names the first refusal, once; and the owner still suspends the thief', async () => {
    for (let times = 0; times < 8; times += 1) await add(`person${times}@lintas.example`)
    for (let times = 0; times < 20; times += 1) expect((await act(adam, 'mia', 'reset')).status).to.equal(429)
    expect((await add('one.more@lintas.example')).status).to.equal(429)
    const noted = await portal.within('harbour', (tx) =>
      tx.rows<AuditRow>('audit_events').where('kind', 'people.deeds-withheld'),
    )
    expect(noted.map(({ outcome, detail }) => [outcome, detail])).to.deep.equal([['refused', { to: 'all' }]])
    expect(noted[0]?.actor_id).to.equal(await idOf(portal, 'adam'))

    const olivia = await ownerOf(portal, 'harbour')
    expect((await olivia.open('/harbour/manage/activity')).text).to.contain('the rest was held back')
    expect((await act(olivia, 'adam', 'state', { state: 'suspended' })).status).to.equal(303)
    expect(await isSignedIn(adam, 'harbour')).to.equal(false)
  })

  it('AL-06: once the hour is over, it goes on', async () => {
    for (let times = 0; times < 9; times += 1) await add(`person${times}@lintas.example`)
    portal.clock.pass(HOUR)
    await signIn(adam, 'adam')
    expect((await act(adam, 'mia', 'reset')).status).to.equal(303)
  })
})
