import { expect } from 'chai'
import { asking } from '../support/desk.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForLink, signIn } from '../support/steps.ts'
import { rowsOf } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

interface Line {
  msg: string
  requestId?: string
  reason?: string
  level: string
  err?: { type: string }
}

describe('attacks: what is refused stands in the log, by what it was refused for', () => {
  let portal: Portal
  let mia: Visitor

  before(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    await signIn(mia, 'mia')
  })
  after(() => portal.close())

  const linesOf = ({ headers }: Page) =>
    portal.logged
      .map((line) => JSON.parse(line) as Line)
      .filter(({ requestId }) => requestId === headers['x-request-id'])
  const reasonsOf = (page: Page) =>
    linesOf(page)
      .filter(({ msg }) => msg === 'a request was refused')
      .map(({ reason, level }) => `${level} ${reason ?? ''}`)

  it('AL-06: a page of a role that somebody has not', async () => {
    expect(reasonsOf(await mia.send('GET', '/harbour/manage/activity'))).to.deep.equal(['warn role'])
    const page = await mia.open('/harbour/manage/recovery')
    expect([page.status, page.heading]).to.deep.equal([403, 'Your account may not open this page'])
    expect(page.root.querySelector('main a.button')?.getAttribute('href')).to.equal('/harbour/account')
    expect(reasonsOf(await mia.send('GET', '/harbour/account')), 'nothing was refused').to.deep.equal([])
  })

  it('AL-06: a form without this browser’s token, or from elsewhere', async () => {
    await mia.open('/harbour/account/profile/name')
    for (const [csrf, site] of [
      ['', 'same-origin'],
      [mia.csrf, 'cross-site'],
    ] as const) {
      const answer = await mia.send(
        'POST',
        '/harbour/account/profile/name',
        { csrf, fullName: 'M' },
        { 'Sec-Fetch-Site': site },
      )
      expect(answer.status).to.equal(403)
      expect(reasonsOf(answer)).to.deep.equal(['warn form-token'])
    }
  })

  it('AL-06: too many tries from one address, and for one name', async () => {
    const guesser = portal.visitor()
    for (let n = 0; n < 10; n += 1) await askForLink(guesser, `p${n}@harbour.example`)
    await guesser.open('/harbour/recover')
    const asked = await guesser.submit('Send Reset Link', { identifier: 'p@harbour.example' })
    expect([asked.status, ...reasonsOf(asked)]).to.deep.equal([429, 'warn limit'])
    for (let n = 0; n < 6; n += 1) await signIn(guesser, 'noah', 'wrong')
    await guesser.open('/harbour/sign-in')
    const guessed = await guesser.submit('Sign in', { identifier: 'noah', password: 'wrong' })
    expect([guessed.status, ...reasonsOf(guessed)]).to.deep.equal([429, 'warn limit'])
  })

  it('AL-06: a step of a recovery that is not its own', async () => {
    const skipper = portal.visitor()
    await askForLink(skipper, 'mia@harbour.example')
    const answer = await skipper.send('POST', '/harbour/recover/password', {
      csrf: skipper.csrf,
      password: 'N3w-Harbour!9',
      confirmation: 'N3w-Harbour!9',
    })
    expect([answer.status, ...reasonsOf(answer)]).to.deep.equal([303, 'warn step'])
  })

  it('AL-06: another Host than ours', async () => {
    expect(
      reasonsOf(await mia.send('GET', '/harbour/account', undefined, { Host: 'evil.example' })),
    ).to.deep.equal(['warn host'])
  })

  it('AL-06: what was sealed and does not open any more, without what it held', async () => {
    await asking(portal, 'harbour').ask(portal.visitor(), 'mia')
    const [request] = await rowsOf<{ id: string }>(portal, 'harbour', 'mia', 'recovery_requests')
    await portal.within('harbour', (tx) =>
      tx
        .rows<{ organization_id: string; note_sealed: string }>('recovery_requests')
        .update({ note_sealed: 'test.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
    )
    const adam = portal.visitor()
    await signIn(adam, 'adam')
    const answer = await adam.send('GET', `/harbour/manage/requests/${request?.id ?? ''}`)
    expect(answer.status).to.equal(500)
    expect(linesOf(answer).map(({ err }) => err?.type)).to.include('SealBroken')
    expect(portal.logged.join('\n')).to.not.contain('Room 12')
  })
})
