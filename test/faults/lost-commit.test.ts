import { expect } from 'chai'
import type { ConnectionTarget } from '../../src/database/connect.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { until } from '../database/embedded-rig.ts'
import { freshDatabase } from '../support/database.ts'
import { handOut } from '../support/people.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { beginSetUp, confirmKey } from '../support/profile.ts'
import { canSignIn, createPassword, followLink, getLink, NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { layCable, type Cable } from './severed.ts'

const FIELDS = { password: NEW_PASSWORD, confirmation: NEW_PASSWORD }

describe('faults: the COMMIT of a new password gets no answer', () => {
  let portal: Portal
  let cable: Cable
  let mia: Visitor

  beforeEach(async () => {
    portal = await openPortal({
      store: async (clock) => {
        const fresh = await freshDatabase({ clock })
        cable = await layCable(fresh.application as Exclude<ConnectionTarget, string>)
        return {
          ...fresh,
          application: cable.target,
          async close() {
            await cable.close()
            await fresh.close()
          },
        }
      },
    })
    mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
  })
  afterEach(() => portal.close())

  it('says that it is done when the database did it and only the answer was lost', async () => {
    cable.sever('passwords', 'answer-lost')
    const page = await mia.press('Create Password', FIELDS)
    await cable.severed()
    expect(page.address).to.equal('/harbour/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
    await portal.deliver()
    expect(portal.mailbox.filter(({ subject }) => subject.includes('was changed'))).to.have.length(1)
  })

  it('says so of an authenticator too, and the browser stays signed in', async () => {
    await signIn(mia, 'mia')
    await beginSetUp(mia)
    const { codes } = await confirmKey(portal, mia)
    cable.sever('account_changes', 'answer-lost')
    const page = await mia.press('Finish', { code: codes[0] ?? '' })
    await cable.severed()
    expect(page.address).to.equal('/harbour/account/authenticator')
    expect(page.text).to.contain('Your authenticator app is set up.').and.to.contain('10 left')
  })

  it('says "not now" of an authenticator that the database never heard of; the next press works', async () => {
    await signIn(mia, 'mia')
    await beginSetUp(mia)
    const { codes } = await confirmKey(portal, mia)
    cable.sever('account_changes', 'never-arrives')
    const page = await mia.submit('Finish', { code: codes[0] ?? '' })
    await cable.severed()
    expect(page.status).to.equal(503)
    expect((await mia.press('Finish', { code: codes[0] ?? '' })).text).to.contain(
      'Your authenticator app is set up.',
    )
  })

  it('says "not now" when the database never heard of it; nothing changed, and the next press works', async () => {
    cable.sever('passwords', 'never-arrives')
    const page = await mia.submit('Create Password', FIELDS)
    await cable.severed()
    expect(page.status).to.equal(503)
    expect(page.headers['retry-after']).to.equal('5')
    expect(await canSignIn(portal, DEMO_PASSWORD)).to.equal(true)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })

  for (const [what, fate] of [
    ['that the database heard of, and is in', 'answer-lost'],
    ['that it never heard of, and is in with the next press', 'never-arrives'],
  ] as const) {
    it(`tells a person the truth of a first own password ${what}`, async () => {
      const rani = portal.visitor()
      await signIn(rani, 'rani', await handOut(portal, 'rani', 'harbour'))
      cable.sever('passwords', fate)
      const own = { ...FIELDS, terms: 'accepted' }
      const answer = await rani.submit('Create Password', own)
      await cable.severed()
      expect(answer.status).to.equal(fate === 'answer-lost' ? 303 : 503)
      if (fate === 'never-arrives') await rani.press('Create Password', own)
      expect((await rani.open('/harbour/account')).heading).to.equal('Hello, Rani Putri')
    })
  }

  it('waits for a COMMIT that is still under way instead of saying no a moment before it is done', async () => {
    cable.sever('passwords', 'arrives-late')
    let answered = false
    const answer = mia.press('Create Password', FIELDS).finally(() => (answered = true))
    await cable.severed()
    await until('the look-up waits for the row, or was answered', async () => {
      const waiting = await portal.store.database
        .pool('pg_stat_activity')
        .whereRaw('datname = current_database()')
        .where('wait_event_type', 'Lock')
      return answered || waiting.length > 0
    })
    cable.release()
    expect((await answer).address).to.equal('/harbour/recover/done')
    expect(await canSignIn(portal, NEW_PASSWORD)).to.equal(true)
  })
})
