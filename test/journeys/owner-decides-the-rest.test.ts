import { expect } from 'chai'
import { MINUTE } from '../../src/platform/clock.ts'
import { currentSettings } from '../../src/organizations/store.ts'
import { ownerOf } from '../support/owner.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import type { Visitor } from '../support/visitor.ts'

describe('An owner decides what passwords are like, who signs up, and how pages look', () => {
  let portal: Portal
  let owner: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    owner = await ownerOf(portal, 'harbour')
  })
  afterEach(() => portal.close())

  const inForce = async () => (await portal.within('harbour', currentSettings)).settings
  const shownPreview = async () => {
    const frame = owner.page.root.querySelector('iframe')?.getAttribute('src') ?? ''
    return owner.send('GET', frame.replaceAll('&amp;', '&'))
  }

  it('sees what follows from other password rules, with the list that people would see, and saves them', async () => {
    await owner.open('/harbour/manage/passwords')
    const looked = await owner.press('See what follows', {
      minimumLength: '15',
      symbol: '',
      notGuessable: '',
    })
    expect(looked.status).to.equal(200)
    expect(looked.text).to.contain('This is what would change')
    expect(looked.text).to.contain('New. Passwords that others try first are taken')
    expect((await inForce()).passwords.minimumLength).to.equal(8)
    const preview = await shownPreview()
    expect(preview.text).to.contain('At least 15 characters').and.not.to.contain('A symbol')
    expect(preview.headers['content-security-policy']).to.contain('sandbox allow-same-origin')

    const saved = await owner.press('Save these settings')
    expect(saved.text).to.contain('Saved as version 2')
    const { passwords } = await inForce()
    expect(passwords).to.include({ minimumLength: 15, symbol: false, notGuessable: false, upper: true })
    await portal.deliver()
    expect(portal.mailbox.at(-1)?.text).to.contain('Refuses passwords that are easily guessed: yes → no')
  })

  it('is asked for the password again to save, and not to look', async () => {
    await owner.open('/harbour/manage/passwords')
    portal.clock.pass(11 * MINUTE)
    const looked = await owner.press('See what follows', { minimumLength: '12' })
    expect([looked.status, looked.problemsAt('currentPassword')]).to.deep.equal([200, []])
    const refused = await owner.press('Save these settings')
    expect(refused.status).to.equal(422)
    expect(refused.root.querySelector('#minimumLength')?.getAttribute('value')).to.equal('12')
    expect((await inForce()).passwords.minimumLength).to.equal(8)
    await owner.press('Save these settings', { currentPassword: DEMO_PASSWORD })
    expect((await inForce()).passwords.minimumLength).to.equal(12)
  })

  it('does not take over what another owner saved meanwhile without a look at it', async () => {
    await owner.open('/harbour/manage/passwords')
    await owner.press('See what follows', { minimumLength: '12' })
    await portal.change('harbour', (settings) => ({
      ...settings,
      passwords: { ...settings.passwords, digit: false },
    }))
    const answer = await owner.press('Save these settings')
    expect(answer.status).to.equal(422)
    expect(answer.text).to.contain('Somebody saved other settings in the meantime')
    const [, ...shown] = answer.root.querySelectorAll('.changes > div').map(({ text }) => text)
    expect(shown.join()).to.contain('Asks for a digit').and.contain('yes')
    expect((await inForce()).passwords).to.include({ minimumLength: 8, digit: false })
    await owner.press('Save these settings')
    expect((await inForce()).passwords).to.include({ minimumLength: 12, digit: true })
  })

  it('is warned in a tab that was open while another owner saved: what they did not touch would be undone', async () => {
    await owner.open('/harbour/manage/branding')
    expect((await owner.press('See what follows', { name: 'Harbour Two' })).text).not.to.contain(
      'after you opened',
    )
    await owner.open('/harbour/manage/branding')
    await portal.change('harbour', (settings) => ({
      ...settings,
      branding: { ...settings.branding, color: '#225588' },
    }))
    expect((await owner.press('See what follows', { name: '' })).status, 'a fault between').to.equal(422)
    const looked = await owner.press('See what follows', { name: 'Harbour Two' })
    expect(looked.status).to.equal(200)
    expect(looked.text).to.contain('Somebody saved other settings after you opened this page')
    expect(looked.text).to.contain('Before: #225588')
  })

  it('cannot save before the look, when what was typed could not be looked at', async () => {
    await owner.open('/harbour/manage/passwords')
    const refused = await owner.press('See what follows', { minimumLength: '7' })
    expect([refused.status, refused.problemsAt('minimumLength').length]).to.deep.equal([422, 1])
    expect(refused.text).to.contain('Nothing is saved yet').and.not.contain('Save these settings')
    const same = await owner.press('See what follows', { minimumLength: '8' })
    expect(same.text).to.contain('These are the settings as they are.').and.not.contain('Save these settings')
    const looked = await owner.press('See what follows', { minimumLength: '17' })
    expect(looked.text).to.contain('17 characters or more').and.contain('Save these settings')
  })

  it('pastes lists of domains, hears which lines are none, and loses nothing of what was typed', async () => {
    await owner.open('/harbour/manage/sign-up')
    const typed = 'partner.example\nnot a domain\n@rival.example'
    const refused = await owner.press('See what follows', {
      allowedDomains: typed,
      deniedDomains: 'partner.example',
    })
    expect(refused.status).to.equal(422)
    expect(refused.problemsAt('allowedDomains')).to.deep.equal([
      'Line 2: “not a domain” is not a domain. Write it like example.com.',
    ])
    expect(refused.problemsAt('deniedDomains')).to.deep.equal([
      '“partner.example” is in both lists. Take it out of one.',
    ])
    expect(refused.root.querySelector('#allowedDomains')?.textContent).to.equal(typed)
    await owner.press('See what follows', {
      allowedDomains: 'partner.example\n@rival.example',
      deniedDomains: '',
    })
    await owner.press('Save these settings')
    expect((await inForce()).signUp.allowedDomains).to.deep.equal(['partner.example', 'rival.example'])
  })

  it('names the terms with their version, and closes the sign-up', async () => {
    await owner.open('/harbour/manage/sign-up')
    const refused = await owner.press('See what follows', {
      termsUrl: 'javascript:alert(1)',
      termsVersion: '',
    })
    expect(refused.problemsAt('termsUrl')).to.deep.equal([
      'Give the whole address of a page, beginning with https://.',
    ])
    expect(refused.problemsAt('termsVersion')).to.have.length(1)
    await owner.press('See what follows', {
      termsUrl: 'https://harbour.example/t',
      termsVersion: '4',
      mode: 'closed',
    })
    expect((await shownPreview()).text).to.contain('Sign-up is not open here')
    await owner.press('Save these settings')
    const { signUp, terms } = await inForce()
    expect([signUp.mode, terms]).to.deep.equal(['closed', { url: 'https://harbour.example/t', version: '4' }])
  })

  it('hears at the field that sign-up stays closed while recovery asks for usernames alone', async () => {
    const summit = await ownerOf(portal, 'summit')
    await portal.change('summit', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, identifier: 'username' },
    }))
    await summit.open('/summit/manage/sign-up')
    const refused = await summit.press('See what follows', { mode: 'open' })
    expect(refused.problemsAt('mode')[0]).to.contain('have no username')
  })

  it('says nothing of the contrast of the old colour beside a new one, while something else is wrong', async () => {
    await owner.open('/harbour/manage/branding')
    const refused = await owner.press('See what follows', {
      color: 'FFE066',
      supportKind: 'link',
      supportValue: 'help',
    })
    expect(refused.problemsAt('supportValue')).to.have.length(1)
    expect(refused.text).not.to.contain('It contrasts')
  })

  it('looks at another colour and another place of help before they are everybody’s', async () => {
    await owner.open('/harbour/manage/branding')
    const looked = await owner.press('See what follows', {
      color: 'FFE066',
      supportKind: 'link',
      supportValue: 'https://help.example',
      supportLabel: 'the <b>desk</b>',
    })
    expect(looked.text).to.contain('It contrasts 1.2 to 1 with a light page')
    expect(looked.text).to.contain('New. Buttons in this colour stand out little from a light page')
    const preview = await shownPreview()
    expect(preview.body).to.contain('brand.css?color=ffe066').and.to.contain('the &lt;b&gt;desk&lt;/b&gt;')
    expect((await inForce()).branding.color).not.to.equal('#ffe066')
    await owner.press('Save these settings')
    const { color, support } = (await inForce()).branding
    expect([color, support?.value]).to.deep.equal(['#ffe066', 'https://help.example'])
  })

  for (const [fields, field] of [
    [{ color: 'red' }, 'color'],
    [{ color: '#12345g' }, 'color'],
    [{ locale: 'tlh' }, 'locale'],
    [{ supportKind: 'email', supportValue: 'help' }, 'supportValue'],
    [{ supportKind: 'link', supportValue: 'http://help.example' }, 'supportValue'],
    [{ supportKind: 'link', supportValue: 'javascript:alert(1)' }, 'supportValue'],
    [{ supportKind: 'phone', supportValue: '021 345' }, 'supportValue'],
    [{ supportKind: 'text', supportValue: '' }, 'supportValue'],
  ] as [Record<string, string>, string][])
    it(`is told at the field what is wrong with ${JSON.stringify(fields)}`, async () => {
      await owner.open('/harbour/manage/branding')
      const refused = await owner.press('See what follows', fields)
      expect(refused.status).to.equal(422)
      expect(refused.problemsAt(field)).to.have.length(1)
      expect(refused.problemsAt(field)[0]).not.to.match(/errors\./)
    })
})
