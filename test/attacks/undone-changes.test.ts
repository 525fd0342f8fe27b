import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { isLinkToUndo, linkToUndo } from '../../src/access/change-link.ts'
import { DAY, HOUR, SECOND } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { terminal } from '../cli/terminal.ts'
import { fingerprint } from '../support/fingerprint.ts'
import { linkToStop } from '../../src/recovery/requests/stop-link.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  askForLink,
  canSignIn,
  changeAccount,
  createPassword,
  followLink,
  getLink,
  isSignedIn,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
  signInWithCode,
} from '../support/steps.ts'
import {
  changeMias,
  changePassword,
  letBackIn,
  listRequests,
  mailsTo,
  newestUndoLink,
  rowsOf,
  sayNotMe,
  stealByMail,
} from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpEverything } from './dump.ts'

const BUTTON = 'Undo it and lock my account'

describe('attacks: on the link that undoes a change, and after it', () => {
  let portal: Portal
  let thief: Visitor
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    thief = portal.visitor()
    mia = portal.visitor()
  })
  afterEach(() => portal.close())

  it('AL-09: a password changed in the account, or by recovery with an authenticator, is told with a link that undoes it', async () => {
    await followLink(thief, await getLink(portal, thief, 'mia@lantern.example', 'lantern'))
    await setUpAuthenticator(portal, thief)
    await createPassword(thief)
    for (const link of [
      await newestUndoLink(portal, 'mia@lantern.example'),
      await changeMias(portal, thief),
      await stealByMail(portal, thief, 'meadow'),
    ]) {
      const page = await mia.open(link)
      expect([page.status, page.heading]).to.deep.equal([200, 'This wasn’t you?'])
    }
  })

  it('AL-09: freezes everything that the thief holds: sessions, half sign-ins, known devices, recoveries, requests', async () => {
    const link = await changeMias(portal, thief, 'acme')
    const recovering = portal.visitor()
    await followLink(recovering, await getLink(portal, recovering, 'mia', 'acme'))
    await thief.open('/acme/recover/ask')
    await thief.press('Ask', { identifier: 'mia', note: 'It is me' })
    await portal.deliver()
    const id = (await listRequests(portal, 'acme'))[0]?.slice(0, 36) ?? ''
    const { type } = terminal(portal)
    await type('requests', 'approve', 'acme', id, '--as', 'adam', '--reason', 'He sounded like her')
    await sayNotMe(mia, link)

    expect(await isSignedIn(thief, 'acme')).to.equal(false)
    expect((await createPassword(recovering)).heading).to.equal('Your account has changed')
    expect(await rowsOf(portal, 'acme', 'mia', 'known_devices')).to.deep.equal([])
    expect(await rowsOf(portal, 'acme', 'mia', 'passwords')).to.deep.equal([])
    portal.clock.pass(2 * DAY)
    await portal.deliver()
    expect(mailsTo(portal, 'mia@acme.example', 'Your way back in'), 'his link never comes').to.deep.equal([])
    const states = await rowsOf<{ state: string; is_report: boolean }>(
      portal,
      'acme',
      'mia',
      'recovery_requests',
    )
    expect(states.map(({ state, is_report }) => [state, is_report])).to.have.deep.members([
      ['cancelled', false],
      ['open', true],
    ])
  })

  it('AL-09: a half-done sign-in dies with it', async () => {
    await signInWithCode(portal, mia)
    await changePassword(mia, 'harbour')
    const link = await newestUndoLink(portal, 'noah@harbour.example')
    await signIn(thief, 'noah', NEW_PASSWORD)
    expect(thief.page.address).to.equal('/harbour/sign-in/authenticator')
    await sayNotMe(portal.visitor(), link)
    expect((await thief.open('/harbour/sign-in/authenticator')).address).to.equal('/harbour/sign-in')
  })

  it('TK-06: scanners that open it change nothing', async () => {
    const link = await changeMias(portal, thief)
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => portal.visitor().send(index % 2 ? 'HEAD' : 'GET', link)),
    )
    expect(await isSignedIn(thief, 'harbour')).to.equal(true)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('TK-07: scanners that press its button close no account, for they tick nothing', async () => {
    const link = await changeMias(portal, thief)
    const scanner = portal.visitor()
    await scanner.open(link)
    for (const fields of [{}, { confirm: '' }, { confirm: 'on' }, { confirm: 'no' }])
      expect((await scanner.submit(BUTTON, fields)).status).to.equal(422)
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  it('TK-03: 50 parallel presses undo once and open one request', async () => {
    const link = await changeMias(portal, thief)
    await mia.open(link)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => mia.submit(BUTTON, { confirm: 'yes' })),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([303]))
    expect(await rowsOf(portal, 'harbour', 'mia', 'recovery_requests')).to.have.length(1)
    const undone = await portal.within('harbour', (tx) =>
      tx.rows<{ organization_id: string; kind: string }>('audit_events').where('kind', 'change.undone'),
    )
    expect(undone).to.have.length(1)
    await portal.deliver()
    expect(mailsTo(portal, 'mia@harbour.example', 'is closed for now')).to.have.length(1)
  })

  it('TK-03: whichever is first, undoing or a recovery that is being completed, nobody has the account after it', async () => {
    const link = await changeMias(portal, thief)
    await followLink(thief, await getLink(portal, thief))
    await mia.open(link)
    const password = 'Th1ef-Was-Fast!'
    await Promise.all([
      thief.submit('Create Password', { password, confirmation: password }),
      mia.submit(BUTTON, { confirm: 'yes' }),
    ])
    expect(await rowsOf(portal, 'harbour', 'mia', 'passwords')).to.deep.equal([])
    expect(await rowsOf(portal, 'harbour', 'mia', 'sessions')).to.deep.equal([])
    expect(await canSignIn(portal, password)).to.equal(false)
  })

  it('TK-02: used twice, it undoes nothing again, also once people have let her back in', async () => {
    const link = await changeMias(portal, thief, 'acme')
    await sayNotMe(mia, link)
    const again = async () => {
      await mia.open('/acme/sign-in')
      return mia.send('POST', link, { csrf: mia.csrf, confirm: 'yes' })
    }
    expect((await again()).status).to.equal(303)
    expect(await rowsOf(portal, 'acme', 'mia', 'recovery_requests')).to.have.length(1)
    await letBackIn(portal, mia, 'acme', 'mia')
    await createPassword(mia)
    expect((await again()).status).to.equal(303)
    expect(await canSignIn(portal, NEW_PASSWORD, 'mia', 'acme')).to.equal(true)
  })

  it('TK-04: after 30 days it undoes nothing, and says whom to ask', async () => {
    const link = await changeMias(portal, thief)
    await mia.open(link)
    portal.clock.pass(30 * DAY - SECOND)
    expect((await portal.visitor().open(link)).status).to.equal(200)
    portal.clock.pass(SECOND)
    const late = await mia.press(BUTTON, { confirm: 'yes' })
    expect([late.status, late.heading]).to.deep.equal([410, 'This letter is too old'])
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
    portal.clock.pass(61 * DAY)
    await portal.app.keepHouse()
    expect(await rowsOf(portal, 'harbour', 'mia', 'account_changes')).to.deep.equal([])
    expect((await mia.open(link)).heading).to.equal('This letter is too old')
  })

  it('TK-12, TK-13: no other token, change or organization passes for it, and it for none of theirs', async () => {
    const link = new URL(await changeMias(portal, thief))
    const token = link.searchParams.get('token') ?? ''
    const change = link.searchParams.get('change') ?? ''
    const reset = await getLink(portal, mia)
    const of = (page: string, query: Record<string, string>) =>
      `/harbour/recover/${page}?${new URLSearchParams(query).toString()}`
    const resetToken = new URL(reset).searchParams.get('token') ?? ''
    const adams = new URL(await stealByMail(portal, portal.visitor(), 'harbour', 'adam'))
    for (const address of [
      of('undo-change', { change, token: resetToken }),
      of('undo-change', { change: adams.searchParams.get('change') ?? '', token }),
      of('undo-change', { change: newId(systemRandom, portal.clock.now()), token }),
      of('undo-change', { change: `${change}'`, token }),
      of('undo-change', { token }),
      of('undo-change', { change }),
      `${of('undo-change', { change, token })}&token=${token}`,
      `/meadow${link.pathname.replace('/harbour', '')}${link.search}`,
      of('link', { token }),
      of('not-me', { token }),
    ])
      expect((await portal.visitor().open(address)).status, address).to.equal(404)
    expect((await mia.open(of('stop-request', { request: change, token }))).status).to.equal(410)

    const stop = new URL(linkToStop(portal.app.parts, await portal.organization('harbour'), change))
    expect((await mia.open(stop.pathname + stop.search)).text, 'a genuine link').to.contain('Nothing to stop')
    expect(
      (await mia.open(of('undo-change', { change, token: stop.searchParams.get('token') ?? '' }))).status,
    ).to.equal(404)
  })

  it('wrong ones are counted against the address that they come from', async () => {
    const guesser = portal.visitor()
    const change = newId(systemRandom, portal.clock.now())
    const statuses = []
    for (let guess = 1; guess <= 21; guess += 1)
      statuses.push(
        (await guesser.open(`/harbour/recover/undo-change?change=${change}&token=${guess}`)).status,
      )
    expect(statuses).to.deep.equal([...Array<number>(20).fill(404), 429])
  })

  it('TK-21: its token rests nowhere, neither in the queue nor beside the change', async () => {
    await signIn(thief, 'mia')
    await changePassword(thief, 'harbour')
    const queued = await dumpEverything(portal)
    const link = new URL(await newestUndoLink(portal))
    const dumped = queued + (await dumpEverything(portal))
    expect(dumped).to.contain(link.searchParams.get('change'))
    expect(dumped).to.not.contain(link.searchParams.get('token'))
  })

  it('survives a rotation of the keys, and not the loss of its own', () => {
    const key = (id: string, fill: number) => ({ id, bytes: Buffer.alloc(32, fill) })
    const [old, fresh] = [key('old', 1), key('new', 2)]
    const organization = { id: newId(systemRandom, new Date(0)), slug: 'harbour' }
    const changeId = newId(systemRandom, new Date(0))
    const publicUrl = 'https://account.example.org'
    const link = new URL(
      linkToUndo({ secrets: createSecrets([old], systemRandom), publicUrl }, organization, changeId),
    )
    const token = link.searchParams.get('token') ?? ''
    const opens = (keys: (typeof old)[]) =>
      isLinkToUndo(createSecrets(keys, systemRandom), organization.id, { changeId, token })
    expect([opens([fresh, old]), opens([fresh])]).to.deep.equal([true, false])
  })

  it('EN-01, EN-04: nobody can tell a protected account from any other, or from none', async () => {
    await sayNotMe(mia, await changeMias(portal, thief, 'acme'))
    await portal.deliver()
    const letters = mailsTo(portal, 'mia@acme.example').length
    const answers = []
    for (const identifier of ['mia', 'olivia', 'nobody']) {
      const [visitor, texts] = [portal.visitor(), portal.texts.length]
      const pages = [await askForLink(visitor, identifier, 'acme')]
      await portal.deliver()
      pages.push(await visitor.open('/acme/recover/sent'), await visitor.press('Send it again'))
      pages.push(await askForCode(portal, visitor, identifier, 'acme'))
      pages.push(await visitor.press('Continue', { code: '12345678' }))
      pages.push(await signIn(portal.visitor(), identifier, NEW_PASSWORD, 'acme'))
      answers.push(pages.map(fingerprint))
      if (identifier === 'mia') expect(portal.texts, 'no text leaves').to.have.length(texts)
      portal.clock.pass(HOUR)
    }
    for (const answer of answers) expect(answer).to.deep.equal(answers[0])
    expect(mailsTo(portal, 'mia@acme.example'), 'no mail leaves').to.have.length(letters)
  })

  it('EN-11: helpful errors say nothing of a protected account, even one that no mail reaches', async () => {
    await sayNotMe(mia, await changeMias(portal, thief, 'lantern'))
    expect((await askForLink(portal.visitor(), 'mia', 'lantern')).status).to.equal(303)
    await portal.deliver()
    expect(mailsTo(portal, 'mia@lantern.example').at(-1)?.subject).to.contain('is closed for now')
    await changeAccount(portal, 'lantern', 'mia', { email_verified_at: null })
    expect((await askForLink(portal.visitor(), 'mia', 'lantern')).status).to.equal(303)
  })

  it('EN-03: a sign-in without any password costs the verifications that a wrong one does', async () => {
    await sayNotMe(mia, await changeMias(portal, thief))
    const { hasher } = portal.app.parts
    const verify = hasher.verify.bind(hasher)
    const hashes: (string | null)[] = []
    hasher.verify = (hash, password) => {
      hashes.push(hash)
      return verify(hash, password)
    }
    await signIn(portal.visitor(), 'mia', DEMO_PASSWORD)
    // The second stands for a sign-up of this name that could be waiting.
    expect(hashes).to.deep.equal([null, null])
  })
})
