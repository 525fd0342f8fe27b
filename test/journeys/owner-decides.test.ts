import { expect } from 'chai'
import { MINUTE } from '../../src/platform/clock.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { parseSettings } from '../../src/organizations/settings.ts'
import { asFields } from '../../src/web/manage/recovery/proposal.ts'
import { decide, ownerOf, propose } from '../support/owner.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import {
  askForLink,
  changeAccount,
  createPassword,
  followLink,
  getLink,
  setUpAuthenticator,
} from '../support/steps.ts'
import { mailsTo } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

describe('An owner decides how people get back in', () => {
  let portal: Portal
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    olivia = await ownerOf(portal, 'harbour')
  })
  afterEach(() => portal.close())

  it('starts from a preset, sees what would follow, and saves it as a version of which every owner is told', async () => {
    await changeAccount(portal, 'harbour', 'adam', { role: 'owner' })
    const form = await olivia.open('/harbour/manage/recovery?preset=sixty-minutes')
    expect(form.text).to.contain('“A link that works for an hour” is filled in below. Nothing is saved yet.')
    expect(valueOf(form, 'linkLifetimeMinutes')).to.equal('60')
    const review = await olivia.press('See what follows')
    expect(review.heading).to.equal('What would follow')
    expect(review.text)
      .to.contain('How long a link works Before: 5 minutes Now: 60 minutes')
      .and.to.contain('A link works for more than 10 minutes (OWASP ASVS 5.0, 6.5.5)')
      .and.to.contain('Authenticator app Before: Not asked for Now: Who has one proves it')
    expect((await portal.within('harbour', (tx) => tx.rows('organization_settings'))).length).to.equal(1)

    const saved = await olivia.press('Save these settings')
    expect(saved.address).to.equal('/harbour/manage/recovery')
    expect(saved.text).to.contain('Saved as version 2')
    await portal.deliver()
    for (const name of ['olivia', 'adam']) {
      const [letter] = mailsTo(portal, `${name}@harbour.example`, 'settings of Harbour Cloud were changed')
      expect(letter?.text, name)
        .to.contain('Olivia Santoso changed the settings of Harbour Cloud on March 2, 2026')
        .and.to.contain('How long a link works: 5 minutes → 60 minutes')
        .and.to.contain(`${portal.url}/harbour/manage/history/2`)
      expect(letter?.html, name).to.contain('5 minutes → 60 minutes')
    }
    expect(portal.mailbox).to.have.length(2)

    const mia = portal.visitor()
    expect((await askForLink(mia, 'mia@harbour.example')).location).to.equal('/harbour/recover/sent')
    expect((await mia.open('/harbour/recover/sent')).text).to.contain('The link works for 60 minutes')
  })

  it('sees every fault at its field, and loses nothing of what they typed', async () => {
    const page = await propose(olivia, 'harbour', {
      'method-email-link': '',
      linkLifetimeMinutes: 'five',
      codeLifetimeMinutes: '16',
      messagesPerDay: '201',
      approvalHoldHours: '-1',
      countries: 'Indonesia',
    })
    expect(page.status).to.equal(422)
    for (const field of ['linkLifetimeMinutes', 'codeLifetimeMinutes', 'messagesPerDay', 'approvalHoldHours'])
      expect(page.problemsAt(field), field).to.have.length(1)
    expect([valueOf(page, 'linkLifetimeMinutes'), valueOf(page, 'countries')]).to.deep.equal([
      'five',
      'Indonesia',
    ])
    const none = await propose(olivia, 'harbour', { 'method-email-link': '', 'method-sms-code': 'on' })
    expect(none.problemsAt('countries')).to.deep.equal([
      'Name at least one country, or do not offer codes by SMS.',
    ])
    const nobody = await propose(olivia, 'harbour', { 'method-email-link': '', identifier: 'username' })
    expect(nobody.problemsAt('method-email-link')).to.deep.equal(['Choose at least one way back in.'])
    expect(nobody.problemsAt('identifier')).to.have.length(1)
    const atlantis = await propose(olivia, 'harbour', { countries: 'ID, Atlantis' })
    expect(atlantis.problemsAt('countries')[0]).to.contain('“Atlantis” is no country that we know')
    const all = await propose(olivia, 'harbour', { linkLifetimeMinutes: 'soon', countries: 'Atlantis' })
    for (const name of ['linkLifetimeMinutes', 'countries'])
      expect(all.problemsAt(name), name).to.have.length(1)
  })

  it('names countries as people do, in any of the languages', async () => {
    await olivia.open('/harbour/manage/recovery')
    await olivia.press('简体中文')
    expect(
      (await olivia.open('/harbour/manage/recovery')).root.querySelector('html')?.getAttribute('lang'),
    ).to.equal('zh-CN')
    const button = olivia.page.root.querySelector('form.wants-number button')?.textContent.trim() ?? ''
    const review = await olivia.press(button, { countries: '印度尼西亚、SG，united states' })
    expect(review.text).to.contain('印度尼西亚').and.to.contain('新加坡').and.to.contain('美国')
  })

  it('goes back from what would follow and finds the proposal as it was', async () => {
    const review = await propose(olivia, 'harbour', { linkLifetimeMinutes: '30', afterReset: 'home' })
    const back = review.root.querySelector('.others a')?.getAttribute('href') ?? ''
    const form = await olivia.open(back)
    expect(valueOf(form, 'linkLifetimeMinutes')).to.equal('30')
    expect(form.root.querySelector('input[name=afterReset][value=home]')?.hasAttribute('checked')).to.equal(
      true,
    )
  })

  it('is told when somebody else saved meanwhile, and saves nothing over it', async () => {
    const tab = await ownerOf(portal, 'harbour')
    await propose(tab, 'harbour', { linkLifetimeMinutes: '30' })
    await decide(olivia, 'harbour', { linkLifetimeMinutes: '20' })
    const late = await tab.press('Save these settings')
    expect([late.status, late.text.includes('Somebody saved other settings in the meantime')]).to.deep.equal([
      422,
      true,
    ])
    expect(late.text, 'the difference is to what is in force now').to.contain(
      'Before: 20 minutes Now: 30 minutes',
    )
    expect((await tab.press('Save these settings')).text).to.contain('Saved as version 3')
  })

  it('is warned in a tab that was open while somebody else saved', async () => {
    const tab = await ownerOf(portal, 'harbour')
    await tab.open('/harbour/manage/recovery')
    await decide(olivia, 'harbour', { linkLifetimeMinutes: '20' })
    await tab.press('See what follows', { codeLifetimeMinutes: '0' })
    const looked = await tab.press('See what follows', { codeLifetimeMinutes: '5' })
    expect(looked.text).to.contain('Somebody saved other settings after you opened this page')
    expect(looked.text).to.contain('Before: 20 minutes Now: 5 minutes')
    await tab.open('/harbour/manage/recovery')
    const fresh = await tab.press('See what follows', { codeLifetimeMinutes: '5' })
    expect(fresh.text).not.to.contain('after you opened')
  })

  it('takes an older version over again, and the history tells it', async () => {
    await decide(olivia, 'harbour', { linkLifetimeMinutes: '60' })
    const first = await olivia.open('/harbour/manage/history/1')
    expect(first.text).to.contain('How long a link works Before: 60 minutes Now: 5 minutes')
    const restored = await olivia.press('Take version 1 over again')
    expect(restored.text)
      .to.contain('Saved as version 3')
      .and.to.contain('Version 1 taken over again.')
      .and.to.contain('Olivia Santoso, March 2, 2026')
    const newest = await olivia.open('/harbour/manage/history/3')
    expect(newest.text).to.contain('These settings are in force.')
    const before = newest.root.querySelector('main a[href$="/history/2"]')
    expect(before?.text).to.equal('Version 2, the one before')
    for (const version of ['0', '4', '01', '1e1', '99999999999', "1'"])
      expect((await olivia.open(`/harbour/manage/history/${version}`)).status, version).to.equal(404)
  })

  it('proves who they are again after ten minutes, and what they decided is still there', async () => {
    await propose(olivia, 'harbour', { linkLifetimeMinutes: '30' })
    portal.clock.pass(11 * MINUTE)
    const asked = await olivia.press('Save these settings')
    expect(asked.problemsAt('currentPassword')).to.have.length(1)
    const saved = await olivia.press('Save these settings', { currentPassword: DEMO_PASSWORD })
    expect(saved.text).to.contain('Saved as version 2')
  })

  it('is signed out of these pages after fifteen minutes away, and of no others before', async () => {
    portal.clock.pass(14 * MINUTE)
    expect((await olivia.open('/harbour/manage')).status).to.equal(200)
    portal.clock.pass(16 * MINUTE)
    const away = await olivia.open('/harbour/manage')
    expect([away.address, away.text.includes('Your session has ended')]).to.deep.equal([
      '/harbour/sign-in',
      true,
    ])
    expect((await olivia.open('/harbour/account')).address, 'it has ended for all pages').to.equal(
      '/harbour/sign-in',
    )
  })

  it('previews the very pages that people get', async () => {
    const review = await propose(olivia, 'harbour', {
      'method-sms-code': 'on',
      countries: 'US',
      authenticator: 'require',
      identifier: 'username-or-email',
    })
    const frames = review.root.querySelectorAll('iframe').map((frame) => frame.getAttribute('src') ?? '')
    expect(frames.map((frame) => /preview\/([a-z-]+)/.exec(frame)?.[1])).to.deep.equal([
      'identify',
      'choose',
      'sent',
      'code',
      'authenticator',
      'enrol',
      'password',
    ])
    const previews = new Map<string, Page>()
    for (const frame of frames) {
      const shown = await olivia.send('GET', frame)
      expect([
        shown.status,
        shown.headers['content-security-policy']?.includes('sandbox allow-same-origin'),
      ]).to.deep.equal([200, true])
      previews.set(/preview\/([a-z-]+)/.exec(frame)?.[1] ?? '', shown)
    }
    await olivia.press('Save these settings')

    const mia = portal.visitor()
    const seen = new Map<string, Page>()
    seen.set('identify', await mia.open('/harbour/recover'))
    seen.set('choose', await mia.press('Proceed', { identifier: 'mia' }))
    seen.set('sent', await mia.press('Proceed', { method: 'email-link' }))
    const other = portal.visitor()
    await followLink(other, await getLink(portal, other))
    seen.set('enrol', other.page)
    for (const [screen, page] of seen) {
      const [preview, real] = [previews.get(screen), page].map((one) => withoutKey(one?.text ?? screen))
      expect(preview, screen).to.equal(real)
    }
    // What only the worker or the authenticator's own person gets to is compared by its words.
    expect(previews.get('code')?.heading).to.equal('Request received, please check your phone')
    expect(previews.get('authenticator')?.heading).to.equal('Your authenticator app')
    expect(previews.get('password')?.heading).to.equal('Create a new password')
  })

  it('is told beside the form, which a script keeps up to date, where there is no page to preview', async () => {
    const form = await olivia.open('/harbour/manage/recovery')
    const live = form.root.querySelector('.live')
    expect(live?.hasAttribute('hidden'), 'without scripts nothing is there that does nothing').to.equal(true)
    const address = live?.getAttribute('data-previews') ?? ''
    const query = new URLSearchParams({ ...asFields(parseSettings({}), 'en'), linkLifetimeMinutes: '45' })
    const shown = async (step: string) => (await olivia.open(`${address}/${step}?${query.toString()}`)).text
    expect(await shown('sent')).to.contain('The link works for 45 minutes')
    expect(await shown('enrol')).to.contain('With these settings nobody gets to this page.')
    query.set('linkLifetimeMinutes', 'soon')
    expect(await shown('sent')).to.contain('Something in the form is not right yet.')
    expect((await olivia.open(`${address}/somewhere?${query.toString()}`)).status).to.equal(404)
  })

  it('has it both ways where a recovery was under way: the stricter of old and new', async () => {
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
    await decide(olivia, 'harbour', { authenticator: 'require' })
    const page = await createPassword(mia)
    expect(page.address).to.equal('/harbour/recover/enrol')
    await mia.press('Set it up')
    await setUpAuthenticator(portal, mia)
    expect((await createPassword(mia)).address).to.equal('/harbour/recover/done')
  })
})

function valueOf(page: Page, field: string): string | undefined {
  return page.root.querySelector(`#${field}`)?.getAttribute('value')
}

/** Each person is shown a key of their own. */
function withoutKey(text: string): string {
  return text.replace(/([A-Z2-7]{4} ){7}[A-Z2-7]{4}/, '')
}
