import { expect } from 'chai'
import type { TenantRow } from '../../src/database/transaction.ts'
import { currentSettings, saveSettings } from '../../src/organizations/store.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { untilWaiting } from '../support/locks.ts'
import { decide, ownerOf, propose } from '../support/owner.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

interface EventColumns extends TenantRow {
  kind: string
  outcome: string
  actor: string
  actor_id: string | null
  address: string | null
  request_id: string | null
  detail: object
}

describe('attacks: who decides how people get in', () => {
  let portal: Portal
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    olivia = await ownerOf(portal, 'harbour')
  })
  afterEach(() => portal.close())

  it('TI-17: an administrator who sends the owner’s own form is refused, and nothing changes', async () => {
    const review = await propose(olivia, 'harbour', { linkLifetimeMinutes: '1440' })
    const adam = portal.visitor()
    await signIn(adam, 'adam')
    const answer = await adam.send('POST', review.address, { csrf: adam.csrf, basedOn: '1' })
    expect(answer.status).to.equal(403)
    expect(await lifetime()).to.equal(5)
  })

  it('TI-17: who was an owner until a moment ago decides nothing any more', async () => {
    await propose(olivia, 'harbour', { linkLifetimeMinutes: '1440' })
    await changeAccount(portal, 'harbour', 'olivia', { role: 'administrator' })
    expect((await olivia.submit('Save these settings')).status).to.equal(403)
    expect(await lifetime()).to.equal(5)
  })

  it('TI-17, SE-10: an owner’s session alone changes nothing once ten minutes have gone by', async () => {
    await propose(olivia, 'harbour', { linkLifetimeMinutes: '1440' })
    const { csrf, page } = olivia
    portal.clock.pass(11 * MINUTE)
    for (const more of [{}, { currentPassword: '' }, { currentPassword: 'Wrong-1!' }]) {
      const answer = await olivia.send('POST', page.address, { csrf, basedOn: '1', ...more })
      expect(answer.status, JSON.stringify(more)).to.equal(422)
    }
    const old = await olivia.send('POST', '/harbour/manage/history/1', { csrf, basedOn: '1' })
    expect(old.status).to.equal(422)
    expect(await lifetime()).to.equal(5)
  })

  it('TI-17: what an owner decides is in the log, with who, from where and what, and every owner is told', async () => {
    await decide(olivia, 'harbour', { linkLifetimeMinutes: '30' })
    const [event] = await portal.within('harbour', (tx) =>
      tx.rows<EventColumns>('audit_events').where('kind', 'settings.changed'),
    )
    expect(event).to.include({ outcome: 'success', actor: 'person' })
    expect(event?.actor_id).to.be.a('string')
    expect(event?.address).to.match(/^198\.51\.100\./)
    expect(event?.request_id).to.be.a('string')
    expect(event?.detail).to.deep.equal({ version: 2, changed: 'recovery.linkLifetimeMinutes' })
  })

  it('TI-17: an address that proposes settings changes nothing when it is opened, by whomever', async () => {
    const { address } = await propose(olivia, 'harbour', { linkLifetimeMinutes: '1440' })
    expect((await olivia.send('GET', address)).status).to.equal(200)
    expect((await olivia.send('HEAD', address)).status).to.equal(200)
    expect(await lifetime()).to.equal(5)
  })

  it('TI-17: fields beyond the form have no effect: another section, version, organization or saver', async () => {
    const { address } = await propose(olivia, 'harbour', { linkLifetimeMinutes: '30' })
    const more = '&minimumLength=64&mode=open&organization=x&savedBy=x&version=99&signUp[mode]=open'
    await olivia.send('POST', address + more, {
      csrf: olivia.csrf,
      basedOn: '1',
      settings: '{"signUp":{"mode":"open"}}',
      version: '99',
    })
    const { version, settings } = await portal.within('harbour', currentSettings)
    expect([version, settings.signUp.mode, settings.passwords.minimumLength]).to.deep.equal([2, 'company', 8])
  })

  it('CS-08: of ten saves at once one counts, and the others are told', async () => {
    await propose(olivia, 'harbour', { linkLifetimeMinutes: '30' })
    const { csrf, page } = olivia
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => olivia.send('POST', page.address, { csrf, basedOn: '1' })),
    )
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([303, ...Array<number>(9).fill(422)])
    expect((await portal.within('harbour', currentSettings)).version).to.equal(2)
  })

  for (const path of ['recovery', 'passwords'])
    it(`CS-08: what follows is told of the settings that ${path} was opened with, though others are saved that moment`, async () => {
      if (path === 'recovery') await propose(olivia, 'harbour', { linkLifetimeMinutes: '30' })
      else await olivia.open('/harbour/manage/passwords')
      const looked = await portal.within('harbour', async (tx) => {
        // Who is signed in is looked up after the settings were read: the page waits there while others are saved.
        await tx.sql.raw('lock table recovery_requests in access exclusive mode')
        const { address } = olivia.page
        const page =
          path === 'recovery'
            ? olivia.open(address)
            : olivia.press('See what follows', { minimumLength: '12' })
        await untilWaiting(tx, 1)
        const { settings } = await currentSettings(tx)
        await saveSettings(tx, { ...settings, signUp: { ...settings.signUp, mode: 'closed' } })
        return { page }
      })
      await looked.page
      expect((await olivia.press('Save these settings')).text).to.contain('Somebody saved other settings')
      expect((await portal.within('harbour', currentSettings)).version).to.equal(2)
    })

  it('EN-11: who lets pages tell who has an account is warned before, and every owner is told of it', async () => {
    const review = await propose(olivia, 'harbour', { unknownPerson: 'helpful' })
    expect(review.text).to.contain('Anybody can find out who has an account (OWASP ASVS 5.0, 6.3.8)')
    await olivia.press('Save these settings')
    await portal.deliver()
    expect(portal.mailbox.at(-1)?.text).to.contain('Tells that nobody has that name')
    const stranger = portal.visitor()
    await stranger.open('/harbour/recover')
    const told = await stranger.press('Send Reset Link', { identifier: 'nobody@harbour.example' })
    expect(told.status).to.equal(422)
  })

  it('CS-05: a preview is framed by nobody else, runs nothing and sends nothing', async () => {
    const preview = await olivia.send('GET', '/harbour/manage/recovery/preview/identify')
    const policy = String(preview.headers['content-security-policy'])
    expect(policy).to.contain("frame-ancestors 'self'").and.to.contain('sandbox allow-same-origin')
    expect(policy).not.to.match(/allow-(forms|scripts|popups|top-navigation)/)
    expect(policy).to.contain("default-src 'self'").and.to.contain("object-src 'none'")
    expect(preview.headers['x-frame-options']).to.equal('SAMEORIGIN')
    expect(preview.root.querySelector('input[name=csrf]')?.getAttribute('value')).to.equal('')
    expect(preview.body).not.to.contain(DEMO_PASSWORD)
    const other = await olivia.send('GET', '/harbour/manage/recovery')
    expect(String(other.headers['content-security-policy'])).to.contain("frame-ancestors 'none'")
  })

  async function lifetime(): Promise<number> {
    const { settings } = await portal.within('harbour', currentSettings)
    return settings.recovery.linkLifetimeMinutes
  }
})
