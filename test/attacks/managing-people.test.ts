import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { holdOwners } from '../../src/accounts/deletion-store.ts'
import type { TenantRow } from '../../src/database/transaction.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { untilWaiting } from '../support/locks.ts'
import { idOf } from '../support/managing.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  canSignIn,
  changeAccount,
  createPassword,
  followLink,
  isSignedIn,
  NEW_PASSWORD,
  signIn,
  type AccountColumns,
} from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const PEOPLE = '/harbour/manage/people'

/** Everything that can be done to a person's account, with what its form sends. */
const DEEDS: Record<string, Record<string, string>> = {
  'way-in': {},
  reset: {},
  authenticator: { reason: 'Because' },
  sessions: {},
  role: { role: 'member' },
  state: { state: 'suspended' },
  delete: { understood: 'yes', currentPassword: DEMO_PASSWORD },
}

describe('attacks: who runs an organization, on its people', () => {
  let portal: Portal
  let adam: Visitor
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    adam = portal.visitor()
    olivia = portal.visitor()
    await signIn(adam, 'adam')
    await signIn(olivia, 'olivia')
  })
  afterEach(() => portal.close())

  /** Sends the form of a deed without having opened its page. */
  const act = async (by: Visitor, id: string, deed: string, more: Record<string, string> = {}) =>
    by.send('POST', `${PEOPLE}/${id}/${deed}`, { csrf: by.csrf, ...DEEDS[deed], ...more })
  const accounts = () =>
    portal.within('harbour', (tx) =>
      tx.rows<TenantRow & { id: string; role: string; state: string }>('accounts').orderBy('id'),
    )
  const addOwner = async (username: string) => {
    await changeAccount(portal, 'harbour', username, { role: 'owner' })
    const visitor = portal.visitor()
    await signIn(visitor, username)
    return visitor
  }

  it('TI-04: an administrator does nothing to an owner, nor to themselves, nor gives a role', async () => {
    const before = await accounts()
    for (const deed of Object.keys(DEEDS)) {
      expect((await act(adam, await idOf(portal, 'olivia'), deed)).status, `${deed} of an owner`).to.equal(
        403,
      )
      expect((await act(adam, await idOf(portal, 'adam'), deed)).status, `${deed} of oneself`).to.equal(403)
    }
    expect((await act(adam, await idOf(portal, 'mia'), 'role', { role: 'owner' })).status).to.equal(403)
    expect(await accounts()).to.deep.equal(before)
    expect(await isSignedIn(olivia, 'harbour')).to.equal(true)
  })

  it('TI-04: a role that was taken away counts in forms that are open, and a member reaches nobody', async () => {
    await adam.open(`${PEOPLE}/${await idOf(portal, 'mia')}/state`)
    await act(olivia, await idOf(portal, 'adam'), 'role', { role: 'member' })
    expect((await adam.press('Suspend')).address).to.equal('/harbour/sign-in')
    await signIn(adam, 'adam')
    expect((await act(adam, await idOf(portal, 'mia'), 'state')).status).to.equal(403)
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('TI-04: the authenticator of an administrator is an owner’s to remove', async () => {
    await changeAccount(portal, 'harbour', 'noah', { role: 'administrator' })
    const noah = await idOf(portal, 'noah')
    expect((await act(adam, noah, 'authenticator')).status).to.equal(403)
    expect((await act(olivia, noah, 'authenticator')).status).to.equal(303)
  })

  it('TI-01: people of another organization, and ids that are none, are not there, to read or to write', async () => {
    const foreign = await idOf(portal, 'mia', 'meadow')
    for (const id of [foreign, 'x', '00000000', `${foreign}'--`, '..%2f..']) {
      expect((await olivia.send('GET', `${PEOPLE}/${id}`)).status, id).to.equal(404)
      for (const deed of Object.keys(DEEDS)) {
        expect((await olivia.send('GET', `${PEOPLE}/${id}/${deed}`)).status, `${id} ${deed}`).to.equal(404)
        expect((await act(olivia, id, deed)).status, `${id} ${deed}`).to.equal(404)
      }
    }
    expect(await canSignIn(portal, DEMO_PASSWORD, 'mia', 'meadow')).to.equal(true)
  })

  it('TI-11: nobody of another organization is found by a name, an address or where a page of theirs ended', async () => {
    const listed = ({ root }: Page) => root.querySelectorAll('.found a').map((a) => a.getAttribute('href'))
    const all = listed(await adam.open(PEOPLE))
    expect(all).to.have.length(5)
    expect(listed(await adam.open(`${PEOPLE}?q=mia@meadow.example`))).to.deep.equal([])
    expect(listed(await adam.open(`${PEOPLE}?after=${await idOf(portal, 'mia', 'meadow')}`))).to.deep.equal(
      all,
    )
  })

  it('TI-06: whoever starts a reset sees neither link nor token, anywhere, and chooses no password', async () => {
    const mia = await idOf(portal, 'mia')
    await adam.open(`${PEOPLE}/${mia}/reset`)
    const answer = await adam.press('Send the link', {
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
      email: 'adam@harbour.example',
      identifier: 'adam@harbour.example',
      method: 'sms-code',
    })
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['mia@harbour.example'])
    const token = new URL(linkIn(portal.mailbox[0])).searchParams.get('token') ?? ''
    for (const page of [
      answer,
      await adam.open(`${PEOPLE}/${mia}`),
      await adam.open('/harbour/account/activity'),
    ])
      expect(page.body).to.not.contain(token)
    expect([...adam.cookies.values()].join()).to.not.contain(token)
    expect(await dumpEverything(portal), 'in any table').to.not.contain(token)
    expect(portal.logged.join()).to.not.contain(token)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(false)
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('TI-06: no reset goes to an address that was just changed, nor for a protected or suspended account', async () => {
    const mia = await idOf(portal, 'mia')
    const ways: [Partial<AccountColumns>, Partial<AccountColumns>][] = [
      [{ email_changed_at: portal.clock.now() }, { email_changed_at: null }],
      [{ protected_at: portal.clock.now() }, { protected_at: null }],
      [{ state: 'suspended' }, { state: 'active' }],
      [{ email_verified_at: null }, { email_verified_at: portal.clock.now() }],
    ]
    for (const [columns, back] of ways) {
      await changeAccount(portal, 'harbour', 'mia', columns)
      expect((await act(adam, mia, 'reset')).location).to.equal(`${PEOPLE}/${mia}`)
      await changeAccount(portal, 'harbour', 'mia', back)
    }
    await portal.deliver()
    expect(portal.mailbox).to.deep.equal([])
  })

  it('SE-02: a reset that was started for somebody ends all of their sessions, whatever parameters are sent', async () => {
    const browsers = [portal.visitor(), portal.visitor(), portal.visitor()]
    for (const browser of browsers) await signIn(browser, 'mia')
    await act(adam, await idOf(portal, 'mia'), 'reset', { keepSessions: 'true', sessions: 'keep' })
    await portal.deliver()
    const mia = portal.visitor()
    await followLink(mia, `${linkIn(portal.mailbox[0])}&sessions=keep`)
    await createPassword(mia)
    for (const browser of browsers) expect(await isSignedIn(browser, 'harbour')).to.equal(false)
  })

  it('SE-08: suspension and another role count from the next request on, and end recoveries under way', async () => {
    const mia = portal.visitor()
    await signIn(mia, 'mia')
    await act(adam, await idOf(portal, 'mia'), 'reset')
    await portal.deliver()
    const link = linkIn(portal.mailbox[0])
    await act(adam, await idOf(portal, 'mia'), 'state')
    expect((await mia.send('GET', '/harbour/account')).location).to.equal('/harbour/sign-in')
    await act(adam, await idOf(portal, 'mia'), 'state', { state: 'active' })
    expect((await followLink(portal.visitor(), link)).status, 'TK-11').to.equal(410)
    await act(olivia, await idOf(portal, 'adam'), 'role', { role: 'member' })
    expect((await adam.send('GET', PEOPLE)).location).to.equal('/harbour/sign-in')
  })

  it('SE-09: an administrator ends a member’s sessions, and what those began; the member reads who did', async () => {
    const [mia, other] = [portal.visitor(), portal.visitor()]
    await signIn(mia, 'mia')
    await signIn(other, 'mia')
    await act(adam, await idOf(portal, 'mia'), 'sessions')
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
    expect(await isSignedIn(other, 'harbour')).to.equal(false)
    await signIn(mia, 'mia')
    expect((await mia.open('/harbour/account/activity')).text).to.contain(
      'Adam Wirawan, who runs the organization',
    )
  })

  it('SE-10: each deed asks again who is there when the last proof is old, and a deletion always', async () => {
    const mia = await idOf(portal, 'mia')
    expect((await act(adam, mia, 'delete', { currentPassword: 'wrong' })).status).to.equal(422)
    portal.clock.pass(11 * MINUTE)
    for (const deed of ['reset', 'state']) expect((await act(adam, mia, deed)).status, deed).to.equal(422)
    const added = await adam.send('POST', `${PEOPLE}/new`, {
      csrf: adam.csrf,
      fullName: 'Tono Hadi',
      username: 'tono',
    })
    expect(added.status).to.equal(422)
    expect(await idOf(portal, 'tono')).to.equal('')
  })

  it('IN-01, IN-02: what is searched for is text and nothing else', async () => {
    for (const query of [
      `q=${encodeURIComponent("' or 1=1 --")}`,
      'q=%25',
      'q=%00%0d%0a',
      'q=%ff%fe',
      'q[]=mia',
      'q=a&q=b',
      `q=${'x'.repeat(5000)}`,
      `q=${encodeURIComponent('\\')}`,
      'show=constructor',
      'after=x',
      `after=${encodeURIComponent("' or 1=1 --")}`,
    ])
      expect((await adam.send('GET', `${PEOPLE}?${query}`)).status, query).to.equal(200)
    expect((await adam.open(`${PEOPLE}?q=%25`)).text).to.contain('Nobody was found.')
  })

  for (const deed of ['role', 'state', 'delete'])
    it(`TI-04: of two owners who do it to each other at the same moment (${deed}), one is left`, async () => {
      const adamAsOwner = await addOwner('adam')
      const [adamId, oliviaId] = [await idOf(portal, 'adam'), await idOf(portal, 'olivia')]
      const answers = await portal.within('harbour', async (tx) => {
        // Both are on their way and wait for this transaction when it ends.
        await holdOwners(tx)
        const both = Promise.all([act(olivia, adamId, deed), act(adamAsOwner, oliviaId, deed)])
        await untilWaiting(tx, 2)
        return { both }
      })
      const done = await answers.both
      const left = (await accounts()).filter(({ role, state }) => role === 'owner' && state === 'active')
      expect(left).to.have.length(1)
      expect(done.map(({ status }) => status)).to.deep.equal([303, 303])
      expect(done.filter(({ location }) => location === '/harbour/sign-in')).to.have.length(1)
    })
})
