import { expect } from 'chai'
import { currentSettings } from '../../src/organizations/store.ts'
import { MINUTE } from '../../src/platform/clock.ts'
import { pages } from '../../src/web/routes.ts'
import { idOf } from '../support/managing.ts'
import { decide, ownerOf, propose } from '../support/owner.ts'
import { png } from '../support/png.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

type Fields = Record<string, string>

/** What changes the settings at each page that does. One that is missing here fails the tests. */
const CHANGES: Record<string, Fields> = {
  '/manage/recovery/review': {},
  '/manage/passwords': { minimumLength: '12' },
  '/manage/sign-up': { mode: 'closed', verificationHours: '48' },
  '/manage/branding': { name: 'Harbour Cloud', color: '#112233', locale: 'en', supportKind: 'none' },
  '/manage/branding/logo': {},
  '/manage/history/:version': {},
}

describe('attacks: every page that changes the settings', () => {
  let portal: Portal
  let olivia: Visitor
  let version = 0
  let reviewed = ''

  before(async () => {
    portal = await openPortal()
    olivia = await ownerOf(portal, 'harbour')
    await decide(olivia, 'harbour', { linkLifetimeMinutes: '30' })
    version = await inForce()
    reviewed = (await propose(olivia, 'harbour', { linkLifetimeMinutes: '60' })).address
  })
  after(() => portal.close())

  it('TI-17: there are no others', () => {
    const deciding = pages.filter(
      ({ path, role, stepUp }) => role === 'owner' && stepUp && !path.includes('/people/'),
    )
    expect(deciding.map(({ path }) => path)).to.have.members(Object.keys(CHANGES))
  })

  for (const [path, fields] of Object.entries(CHANGES))
    it(`TI-17: ${path} decides nothing for an administrator, another site, a form of somebody else, or an old session`, async () => {
      const send = (by: Visitor, more: Fields, headers: Fields = {}) =>
        post(by, path, { ...fields, ...more }, headers)
      const adam = portal.visitor()
      await signIn(adam, 'adam')
      expect((await send(adam, { csrf: adam.csrf })).status, 'an administrator').to.equal(403)
      for (const csrf of ['', 'forged', adam.csrf])
        expect((await send(olivia, { csrf })).status, `the token ${csrf}`).to.equal(403)
      const own = { csrf: olivia.csrf }
      for (const site of ['cross-site', 'same-site'])
        expect((await send(olivia, own, { 'Sec-Fetch-Site': site })).status, site).to.equal(403)
      expect((await send(olivia, own, { Origin: 'https://evil.example' })).status, 'an origin').to.equal(403)
      portal.clock.pass(11 * MINUTE)
      for (const proof of [{}, { currentPassword: 'Wrong-1!' }] as Fields[])
        expect((await send(olivia, { ...own, ...proof })).status, 'an old session').to.equal(422)
      expect(await inForce()).to.equal(version)

      olivia = await ownerOf(portal, 'harbour')
      expect(
        (await send(olivia, { csrf: olivia.csrf })).status,
        'the owner, who has just signed in',
      ).to.equal(303)
      expect(await inForce()).to.equal((version += 1))
    })

  it('SE-08: who was demoted or suspended a moment ago reads no page any more that takes more, though the session lives', async () => {
    const noah = await idOf(portal, 'noah')
    const readable = pages.filter(({ role, view }) => role && view)
    const reads = async (path: string) => {
      const address = path.replace(':id', noah).replace(':version', '1').replace(':screen', 'identify')
      return (await olivia.send('GET', `/harbour${address.replace(':why', 'nothing')}`)).status
    }
    for (const role of ['administrator', 'member'] as const) {
      await changeAccount(portal, 'harbour', 'olivia', { role })
      for (const { path, role: wanted } of readable)
        if (role === 'member' || wanted === 'owner')
          expect(await reads(path), `${path} by the ${role}`).to.equal(403)
    }
    await changeAccount(portal, 'harbour', 'olivia', { role: 'owner', state: 'suspended' })
    for (const { path } of readable) expect(await reads(path), path).to.equal(303)
    await changeAccount(portal, 'harbour', 'olivia', { state: 'active' })
    expect(await reads('/manage/people')).to.equal(200)
  })

  async function post(by: Visitor, path: string, fields: Fields, headers: Fields): Promise<Page> {
    const sent = { ...fields, basedOn: String(version) }
    const address = path.endsWith('/review') ? reviewed : `/harbour${path.replace(':version', '1')}`
    if (!path.endsWith('/logo')) return by.send('POST', address, sent, headers)
    const form = new FormData()
    for (const [name, value] of Object.entries(sent)) form.append(name, value)
    form.append('logo', new Blob([new Uint8Array(png())]), 'logo.png')
    return by.send('POST', address, form, headers)
  }

  const inForce = async () => (await portal.within('harbour', currentSettings)).version
})
