import { expect } from 'chai'
import { accountNamed } from '../../src/accounts/store.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import type { Page } from '../../src/web/page.ts'
import { pages } from '../../src/web/routes.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { whoseDatabase } from '../../seeds/demo.ts'
import { terminal } from '../cli/terminal.ts'
import { freshDatabase } from '../support/database.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  askForLink,
  canSignIn,
  changeAccount,
  codeIn,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  NEW_PASSWORD,
  signIn,
} from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** A is harbour, B is meadow; both have a Mia. */
const OF_A = 'mia@harbour.example'
const KINDS = ['recovery', 'session', 'device', 'form'] as const

describe('attacks: one organization on another’s pages', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  it('TI-01: every page of B answers a member of A, with every cookie, id and secret of A, as it answers a stranger', async () => {
    const memberOfA = await memberOf('harbour')
    const ofB = await memberOf('meadow')
    await followLink(memberOfA, await getLink(portal, memberOfA))
    expect(KINDS.filter((kind) => !memberOfA.cookies.has(`latchkey-${kind}.harbour`))).to.deep.equal([])
    const unspent = new URL(await getLink(portal, portal.visitor(), 'noah@harbour.example'))
    const query = new URLSearchParams({
      ...(await idsIn('harbour')),
      token: unspent.searchParams.get('token') ?? '',
    })
    for (const page of pages) {
      const address = `/meadow${page.path.replace(':reason', 'used')}`
      const toStranger = await answersTo(portal.visitor(), page, `${address}?${query.toString()}`)
      const toMember = await answersTo(memberOfA, page, `${address}?${query.toString()}`)
      expect(toMember, address).to.deep.equal(toStranger)
      // What takes a role is tried by role, in authorization.test.ts.
      if (page.signedIn && page.view && !page.role) {
        expect(toStranger[0], address).to.deep.equal({ status: 303, location: '/meadow/sign-in' })
        const own = await ofB.send('GET', address)
        // Pages of something under way lead to where it begins, and what cannot be done, or is, to where it belongs.
        const leadsTo = /^\/meadow\/account(\/authenticator|\/profile|\/activity)?$/
        if (own.status === 303) expect(own.location, address).to.match(leadsTo)
        else expect(own.status, address).to.equal(200)
      }
    }
    expect(await isSignedIn(memberOfA, 'harbour'), 'nothing of A came to harm in B').to.equal(true)
    expect((await memberOfA.open('/harbour/recover/password')).status).to.equal(200)
  })

  it('TI-01: every page of A answers its own member, and a stranger only where no session is needed', async () => {
    const member = await memberOf('harbour')
    const stranger = portal.visitor()
    for (const { path, signedIn, view, role } of pages) {
      if (!view || role) continue
      const address = `/harbour${path.replace(':reason', 'used')}`
      const own = await member.send('GET', address)
      expect(own.status, address).to.be.oneOf([200, 303, 404, 410])
      if (own.status === 303) expect(own.location, address).to.match(/^\/harbour\/(account|recover|sign-up)/)
      if (signedIn)
        expect((await stranger.send('GET', address)).location, address).to.equal('/harbour/sign-in')
    }
  })

  it('TI-01: an organization that does not exist, is reserved or misspelt is 404 on every page', async () => {
    for (const slug of ['nowhere', 'HARBOUR', 'harbour%00', 'metrics', 'a'.repeat(300)]) {
      const stranger = portal.visitor()
      for (const { path } of pages) {
        const page = await stranger.send('GET', `/${slug}${path.replace(':reason', 'used')}`)
        expect(page.status, `/${slug}${path}`).to.be.oneOf([404, 405])
      }
    }
  })

  it('TI-07: the same address in two organizations is two people: a reset in A leaves B’s alone', async () => {
    for (const slug of ['harbour', 'meadow']) {
      await portal.within(slug, async (tx) => {
        const shared = { email: 'mia@shared.example', email_canonical: 'mia@shared.example' }
        await tx
          .rows<{ organization_id: string; username: string } & typeof shared>('accounts')
          .where('username', 'mia')
          .update(shared)
      })
    }
    const mia = portal.visitor()
    const link = await getLink(portal, mia, 'mia@shared.example', 'harbour')
    expect(link).to.contain('/harbour/')
    expect(portal.mailbox[0]?.text).to.contain('Harbour Cloud').and.not.contain('Meadow')
    await followLink(mia, link)
    await createPassword(mia)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia@shared.example', 'harbour')).to.equal(true)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia@shared.example', 'meadow')).to.equal(false)
    expect(await canSignIn(portal, DEMO_PASSWORD, 'mia@shared.example', 'meadow')).to.equal(true)
  })

  it('TI-07: so is the same name and number, by a code: it opens the one account that it was asked for', async () => {
    const inAcme = portal.visitor()
    const inSummit = portal.visitor()
    const mia = await portal.within('acme', (tx) => accountNamed(tx, { kind: 'username', canonical: 'mia' }))
    await changeAccount(portal, 'summit', 'mia', { phone: mia?.phone ?? '' })
    await askForCode(portal, inAcme, 'mia', 'acme')
    portal.clock.pass(2 * MINUTE)
    await askForCode(portal, inSummit, 'mia', 'summit')
    const [ofAcme, ofSummit] = portal.texts.map(codeIn)
    expect(portal.texts.map(({ text }) => /Acme|Summit/.exec(text)?.[0])).to.deep.equal(['Acme', 'Summit'])
    expect((await inSummit.press('Continue', { code: ofAcme ?? '' })).text).to.contain(
      'This code is not right',
    )
    await inSummit.press('Continue', { code: ofSummit ?? '' })
    expect((await createPassword(inSummit)).address).to.equal('/summit/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'summit')).to.equal(true)
    expect(await canSignIn(portal, DEMO_PASSWORD, 'mia', 'acme')).to.equal(true)
    expect((await inAcme.press('Continue', { code: ofAcme ?? '' })).address).to.equal(
      '/acme/recover/password',
    )
  })

  it('TI-08: B’s longer link and laxer password rules never hold for a person of A', async () => {
    const mia = portal.visitor()
    const link = await getLink(portal, mia)
    portal.clock.pass(6 * MINUTE)
    expect((await mia.open(link)).status).to.equal(410)
    expect((await mia.open(link.replace('/harbour/', '/meadow/'))).status).to.equal(404)

    await followLink(mia, await getLink(portal, mia))
    await mia.press('Create Password', {
      password: 'TR4VEL-LAMP!9',
      confirmation: 'TR4VEL-LAMP!9',
      organization: 'meadow',
      slug: 'meadow',
    })
    expect(mia.page.problemsAt('password')).to.deep.equal(['The password must include a lowercase letter'])
  })

  it('TI-08: a form of A sent to B, with A’s cookie renamed, is refused', async () => {
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
    renameCookies(mia)
    const fields = { csrf: mia.csrf, password: NEW_PASSWORD, confirmation: NEW_PASSWORD }
    expect((await mia.send('POST', '/meadow/recover/password', fields)).status).to.equal(403)
  })

  it('TI-14: a fresh installation has no organization, no account and no password that anybody knows', async () => {
    const fresh = await freshDatabase()
    try {
      expect(await whoseDatabase(fresh.database)).to.equal('empty')
      const count = await fresh.database.pool('organizations').count({ all: '*' })
      expect(count).to.deep.equal([{ all: 0 }])
    } finally {
      await fresh.close()
    }
  })

  it('TI-14: an invitation, the one way in, sets a password once', async () => {
    const { type } = terminal(portal)
    await type('org', 'create', 'birch', '--name', 'Birch', '--owner-email', 'wati@birch.example')
    await portal.deliver()
    const invitation = linkIn(portal.mailbox[0])
    const wati = portal.visitor()
    await followLink(wati, invitation)
    expect((await createPassword(wati)).address).to.equal('/birch/recover/done')
    expect((await followLink(portal.visitor(), invitation)).status).to.equal(410)
    await wati.open('/birch/recover/password')
    expect(wati.page.address).to.equal('/birch/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD, 'wati@birch.example', 'birch')).to.equal(true)
  })

  it('TI-18: a suspended organization’s pages, sessions, links and messages stop, and nobody else’s do', async () => {
    const member = await memberOf('harbour')
    const ofB = await memberOf('meadow')
    const link = await getLink(portal, portal.visitor())
    await askForLink(portal.visitor(), 'adam@harbour.example')
    await askForLink(portal.visitor(), 'adam@meadow.example', 'meadow')
    await portal.within('harbour', (tx) =>
      tx.sql('organizations').where('id', tx.organizationId).update({ state: 'suspended' }),
    )
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to).slice(1)).to.deep.equal(['adam@meadow.example'])
    for (const address of ['/harbour/account', '/harbour/sign-in', '/harbour/recover', link]) {
      expect((await member.send('GET', address)).status, address).to.equal(404)
    }
    expect((await ofB.open('/meadow/account')).status).to.equal(200)
    expect((await portal.visitor().open(linkIn(portal.mailbox.at(-1)))).status).to.equal(200)
  })

  async function memberOf(slug: string): Promise<Visitor> {
    const visitor = portal.visitor()
    await signIn(visitor, 'mia', DEMO_PASSWORD, slug)
    return visitor
  }

  async function idsIn(slug: string): Promise<{ id: string; account: string }> {
    return portal.within(slug, async (tx) => {
      const account = await accountNamed(tx, { kind: 'username', canonical: 'mia' })
      return { id: tx.organizationId, account: account!.id }
    })
  }
})

/** How a page of B answers who reads it, and who sends its form with B's token and with what opens A. */
async function answersTo(visitor: Visitor, { view, submit }: Page, address: string) {
  renameCookies(visitor)
  await visitor.open('/meadow/recover')
  const fields = {
    csrf: visitor.csrf,
    identifier: OF_A,
    password: DEMO_PASSWORD,
    confirmation: DEMO_PASSWORD,
  }
  const answers = []
  for (const method of [...(view ? ['GET'] : []), ...(submit ? ['POST'] : [])]) {
    renameCookies(visitor)
    const page = await visitor.send(method, address, method === 'POST' ? fields : undefined)
    expect(page.status, `${method} ${address} got as far as the page`).to.not.equal(403)
    const shown = page.body.replaceAll(OF_A, '')
    expect(shown, `${method} ${address} shows something of A`).to.not.match(/harbour/i)
    // A cookie that opens nothing is told that its session ended; that is all the difference there may be.
    answers.push({ status: page.status, location: page.location?.replace('?notice=session-ended', '') })
  }
  return answers
}

/** Gives a browser's cookies of A, whatever it has, the names that they would have in B. */
function renameCookies(visitor: Visitor): void {
  for (const kind of KINDS) {
    const value = visitor.cookies.get(`latchkey-${kind}.harbour`)
    if (value) visitor.setCookie(`latchkey-${kind}.meadow`, value)
  }
}
