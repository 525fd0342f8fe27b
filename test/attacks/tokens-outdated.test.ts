import { expect } from 'chai'
import { accountNamed, raiseSecurityEpoch } from '../../src/accounts/store.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  type AccountColumns,
  askForLink,
  canSignIn,
  createPassword,
  followLink,
  getLink,
  NEW_PASSWORD,
  signIn,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

const CHANGED = 'Your account has changed'

describe('attacks: a link that the world has moved on from, or that belongs elsewhere', () => {
  let portal: Portal
  let mia: Visitor
  let link: string

  beforeEach(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    link = await getLink(portal, mia)
  })
  afterEach(() => portal.close())

  it('TK-09: a password changed in the account kills the link', async () => {
    const home = portal.visitor()
    await signIn(home, 'mia', DEMO_PASSWORD)
    await home.open('/harbour/account/password')
    await home.press('Change password', {
      currentPassword: DEMO_PASSWORD,
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
    })
    expect(home.page.address).to.equal('/harbour/account')
    expect(await whatItSays()).to.equal(CHANGED)
  })

  it('TK-09: another recovery that was completed kills the link, and one that was already followed', async () => {
    await followLink(mia, link)
    const elsewhere = portal.visitor()
    await followLink(elsewhere, await getLink(portal, elsewhere))
    await createPassword(elsewhere)
    expect((await createPassword(mia, 'Another-0ne-77!')).heading).to.equal(CHANGED)
    expect(await whatItSays()).to.equal(CHANGED)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  const ADDRESS_CHANGES: [string, Partial<AccountColumns>][] = [
    ['changed', { email: 'new@harbour.example', email_canonical: 'new@harbour.example' }],
    ['removed', { email: null, email_canonical: null, email_verified_at: null }],
    ['made unverified', { email_verified_at: null }],
  ]
  for (const [what, columns] of ADDRESS_CHANGES) {
    it(`TK-10: an address that was ${what} kills the link`, async () => {
      await changeMia(columns)
      expect(await whatItSays()).to.equal(CHANGED)
    })
  }

  it('TK-11: a suspended account kills the link, wherever its recovery stands', async () => {
    await followLink(mia, link)
    await changeMia({ state: 'suspended' })
    expect((await createPassword(mia)).heading).to.equal(CHANGED)
    expect(await whatItSays()).to.equal(CHANGED)
    await changeMia({ state: 'active' })
    expect(await whatItSays(), 'and a return does not revive it').to.equal(CHANGED)
  })

  it('TK-11: no mail leaves for an account that was suspended after the request', async () => {
    await askForLink(portal.visitor(), 'mia@harbour.example')
    await changeMia({ state: 'suspended' })
    await portal.deliver()
    expect(portal.mailbox).to.have.length(1)
  })

  it('TK-11: a suspended organization kills the link, and its return brings it back only in time', async () => {
    await suspendHarbour('suspended')
    expect((await portal.visitor().open(link)).status).to.equal(404)
    await suspendHarbour('active')
    portal.clock.pass(6 * MINUTE)
    expect(await whatItSays()).to.equal('This link has expired')
  })

  it('TK-12: nothing but a link’s own token is a link: cookies, ids and form tokens are refused', async () => {
    await followLink(mia, link)
    await signIn(mia, 'mia', DEMO_PASSWORD)
    const { id } = await portal.within('harbour', async (tx) => (await firstOf('recovery_attempts', tx))!)
    const others = [...mia.cookies.values(), mia.csrf, id, id.replaceAll('-', ''), '', '..', 'null']
    for (const other of others) {
      const page = await portal.visitor().open(`/harbour/recover/link?token=${encodeURIComponent(other)}`)
      expect(page.status, other).to.equal(404)
    }
  })

  it('TK-12: a link’s token is no cookie for a recovery or a session', async () => {
    const token = new URL(link).searchParams.get('token') ?? ''
    const thief = portal.visitor()
    for (const name of ['recovery', 'session', 'device']) thief.setCookie(`latchkey-${name}.harbour`, token)
    expect((await thief.open('/harbour/recover/password')).address).to.equal('/harbour/recover')
    expect((await thief.open('/harbour/account')).address).to.equal('/harbour/sign-in')
  })

  it('TK-13: a link with somebody else’s name beside it still is its own person’s', async () => {
    const told = 'user=adam&email=adam@harbour.example&organization=summit&account_id=1'
    await mia.open(`${link}&${told}`)
    await mia.press('Continue', { identifier: 'adam', organization: 'summit' })
    await mia.press('Create Password', {
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
      identifier: 'adam',
      username: 'adam',
      accountId: 'adam',
    })
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia')).to.equal(true)
    expect(await canSignIn(portal, NEW_PASSWORD, 'adam')).to.equal(false)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'summit')).to.equal(false)
  })

  it('TK-13: a link of one organization is unknown to another, and its cookie too', async () => {
    expect((await portal.visitor().open(link.replace('/harbour/', '/meadow/'))).status).to.equal(404)
    await followLink(mia, link)
    mia.setCookie('latchkey-recovery.meadow', mia.cookies.get('latchkey-recovery.harbour') ?? '')
    expect((await mia.open('/meadow/recover/password')).address).to.equal('/meadow/recover')
  })

  it('TK-15: a recovery that only knows a name leads back to its own step, and changes nothing', async () => {
    const stranger = portal.visitor()
    await askForLink(stranger, 'mia@harbour.example')
    await stranger.open('/harbour/recover/sent')
    const leap = await stranger.send('POST', '/harbour/recover/password', {
      csrf: stranger.csrf,
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
      method: 'email-link',
      step: 'password',
    })
    expect([leap.status, leap.location]).to.deep.equal([303, '/harbour/recover/sent'])
    expect((await stranger.open('/harbour/recover/done')).address).to.equal('/harbour/recover/sent')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('TK-15: asking again in the middle of the new password drops what was proven', async () => {
    await followLink(mia, link)
    const form = mia.page
    await askForLink(mia, 'mia@harbour.example')
    const late = await mia.send('POST', form.address, {
      csrf: mia.csrf,
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
    })
    expect(late.location).to.equal('/harbour/recover/sent')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
  })

  it('TK-29: a stranger who asks every 20 seconds neither kills the link nor starves a known browser', async () => {
    const home = portal.visitor()
    await signIn(home, 'mia', DEMO_PASSWORD)
    for (let count = 1; count <= 30; count += 1) {
      portal.clock.pass(20_000)
      await askForLink(portal.visitor(), 'mia@harbour.example')
      await portal.deliver()
    }
    const before = portal.mailbox.length
    await askForLink(home, 'mia@harbour.example')
    await portal.deliver()
    expect(portal.mailbox).to.have.length(before + 1)
    const mine = linkIn(portal.mailbox.at(-1))
    for (let count = 1; count <= 6; count += 1) {
      portal.clock.pass(20_000)
      await askForLink(portal.visitor(), 'mia@harbour.example')
      await portal.deliver()
    }
    await followLink(home, mine)
    expect((await createPassword(home)).address).to.equal('/harbour/recover/done')
  })

  async function whatItSays(): Promise<string> {
    return (await portal.visitor().open(link)).heading
  }

  /** Changes Mia's account as the pages that are to come will: with a new epoch. */
  async function changeMia(columns: Partial<AccountColumns>): Promise<void> {
    await portal.within('harbour', async (tx) => {
      const account = await accountNamed(tx, { kind: 'username', canonical: 'mia' })
      await tx.rows<AccountColumns>('accounts').where('id', account!.id).update(columns)
      await raiseSecurityEpoch(tx, account!.id)
    })
  }

  async function suspendHarbour(state: 'active' | 'suspended'): Promise<void> {
    await portal.within('harbour', (tx) =>
      tx.sql('organizations').where('id', tx.organizationId).update({ state }),
    )
  }
})

async function firstOf(table: string, tx: Parameters<Parameters<Portal['within']>[1]>[0]) {
  return tx.rows<{ organization_id: string; id: string }>(table).first()
}
