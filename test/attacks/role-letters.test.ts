import { expect } from 'chai'
import type { Email } from '../../src/delivery/senders/sender.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { idOf } from '../support/managing.ts'
import { ownerOf } from '../support/owner.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, isSignedIn, signIn, signInWithCode } from '../support/steps.ts'
import { mailsTo } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

const PEOPLE = '/harbour/manage/people'

describe('attacks: who runs an organization is changed, and told', () => {
  let portal: Portal
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    olivia = await ownerOf(portal, 'harbour')
  })
  afterEach(() => portal.close())

  const act = async (username: string, deed: string, fields: Record<string, string>) => {
    const path = `${PEOPLE}/${await idOf(portal, username)}/${deed}`
    expect((await olivia.send('POST', path, { csrf: olivia.csrf, ...fields })).status, deed).to.equal(303)
  }
  /** The letters that left since, by who got them. */
  const told = async () => {
    portal.mailbox.length = 0
    await portal.deliver()
    return portal.mailbox.map(({ to, subject }) => [to.split('@')[0], subject]).toSorted()
  }
  const CHANGED = 'Your account at Harbour Cloud was changed'
  const RUNS = 'A change in who runs Harbour Cloud'

  it('AL-09: a role is told to its person and to every owner, to who gave it too; not to administrators', async () => {
    await changeAccount(portal, 'harbour', 'noah', { role: 'owner' })
    await act('mia', 'role', { role: 'administrator' })
    expect(await told()).to.deep.equal([
      ['mia', CHANGED],
      ['noah', RUNS],
      ['olivia', RUNS],
    ])
    for (const { text } of portal.mailbox) expect(text).to.contain('Done by Olivia Santoso.')
    expect(ofOwner('noah').text)
      .to.contain('Mia Tanaka has been an administrator of Harbour Cloud since')
      .and.to.contain(`${portal.url}${PEOPLE}/${await idOf(portal, 'mia')}\n`)
      .and.to.not.contain('somebody else is in your account')
    expect(ofOwner('olivia').text)
      .to.contain('somebody else is in your account')
      .and.to.contain(`${portal.url}/harbour/account/password`)
  })

  it('AL-09: so is that somebody who runs it was suspended, let in again or deleted; of a member it is told to them alone', async () => {
    await act('adam', 'state', { state: 'suspended' })
    expect(await told()).to.deep.equal([
      ['adam', CHANGED],
      ['olivia', RUNS],
    ])
    await act('adam', 'state', { state: 'active' })
    expect(await told()).to.have.length(2)
    await act('adam', 'delete', { understood: 'yes', currentPassword: DEMO_PASSWORD })
    expect((await told()).map(([who]) => who)).to.deep.equal(['adam', 'olivia'])
    expect(ofOwner('olivia').text).to.contain('The account of somebody who helped to run Harbour Cloud')
    await act('mia', 'state', { state: 'suspended' })
    expect(await told()).to.deep.equal([['mia', CHANGED]])
  })

  it('AL-09: another owner takes back the role that a thief in an owner’s session gave; the letter alone takes nothing', async () => {
    await changeAccount(portal, 'harbour', 'adam', { role: 'owner' })
    await act('mia', 'role', { role: 'owner' })
    const mia = portal.visitor()
    await signIn(mia, 'mia')
    await told()
    const link = /http\S+\/manage\/people\/\S+/.exec(ofOwner('adam').text)?.[0] ?? ''
    expect(new URL(link).search, 'nothing in it that opens anything').to.equal('')
    expect((await portal.visitor().open(link)).address).to.equal('/harbour/sign-in')
    const adam = portal.visitor()
    await signIn(adam, 'adam')
    expect((await adam.open(link)).heading).to.equal('Mia Tanaka')
    await adam.open(`${link}/role`)
    await adam.press('Save the role', { role: 'member' })
    expect(await isSignedIn(mia, 'harbour')).to.equal(false)
    expect(await told()).to.deep.equal([
      ['adam', RUNS],
      ['mia', CHANGED],
      ['olivia', RUNS],
    ])
  })

  it('AL-09: who is no owner any more, or was deleted, is told nothing, and of who is gone nothing is told late', async () => {
    await changeAccount(portal, 'harbour', 'noah', { role: 'owner' })
    await act('mia', 'role', { role: 'administrator' })
    await act('noah', 'role', { role: 'member' })
    await act('mia', 'delete', { understood: 'yes', currentPassword: DEMO_PASSWORD })
    expect(await told()).to.deep.equal([
      ['mia', 'Your account at Harbour Cloud was deleted'],
      ['noah', CHANGED],
      ['olivia', RUNS],
      ['olivia', RUNS],
    ])
  })

  it('AL-09: suspended, let in, signed out, without an authenticator: each is told with who did it and what to do', async () => {
    const deeds = [
      ['state', { state: 'suspended' }, /menangguhkan/],
      ['state', { state: 'active' }, /membuka kembali/],
      ['sessions', {}, /mengeluarkan Anda dari semua perangkat/],
      ['authenticator', { reason: 'lost' }, /melakukan ini untuk membantu Anda/],
    ] as const
    await changeAccount(portal, 'harbour', 'noah', { locale: 'id' })
    for (const [deed, fields, words] of deeds) {
      if (deed === 'sessions') await signInWithCode(portal, portal.visitor())
      await act('noah', deed, fields)
      await told()
      const [letter] = mailsTo(portal, 'noah@harbour.example')
      expect(letter?.text, deed).to.match(words).and.to.contain('Dilakukan oleh Olivia Santoso.')
      expect(letter?.text, deed).to.match(
        /Tanyakan kepada organisasi|Lihat aktivitas akun|\/recover\/undo-change/,
      )
      expect(letter?.html, deed).to.contain('Dilakukan oleh Olivia Santoso.')
    }
  })

  function ofOwner(name: string): Email {
    const letter = portal.mailbox.find(({ to, subject }) => to.startsWith(name) && subject === RUNS)
    if (!letter) throw new Error(`${name} was told nothing`)
    return letter
  }
})
