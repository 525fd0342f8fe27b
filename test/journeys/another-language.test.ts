import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { asking } from '../support/desk.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { NEW_PASSWORD, signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { chinese, indonesian, languageOf } from '../support/words.ts'

const INDONESIAN = 'Bahasa Indonesia'
const CHINESE = '简体中文'

describe('Another language than the browser’s', () => {
  let portal: Portal
  let reader: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    reader = browserIn('en-GB,en;q=0.9')
  })
  afterEach(() => portal.close())

  function browserIn(accepted: string): Visitor {
    const visitor = portal.visitor()
    visitor.headers['Accept-Language'] = accepted
    return visitor
  }
  const subjectsTo = (name: string) =>
    portal.mailbox.filter(({ to }) => to.startsWith(`${name}@`)).map(({ subject }) => subject)

  it('is chosen on a borrowed browser, asks for recovery, is what the mail comes in, and is remembered', async () => {
    await reader.open('/harbour/sign-in')
    expect(languageOf(reader.page)).to.equal('en')
    await reader.press(INDONESIAN)
    expect(reader.page.address).to.equal('/harbour/sign-in')
    expect(languageOf(reader.page)).to.equal('id')
    expect(reader.page.heading).to.equal(indonesian('signin.sign-in.title'))
    const chosen = reader.page.root.querySelectorAll('.languages [aria-current]')
    expect(chosen.map((button) => button.textContent)).to.deep.equal([INDONESIAN])

    await reader.open('/harbour/recover')
    await reader.press(indonesian('ways.email-link.button'), { identifier: 'mia@harbour.example' })
    expect(reader.page.heading).to.equal(indonesian('recover.sent.title'))
    await portal.deliver()
    const organization = 'Harbour Cloud'
    expect(subjectsTo('mia')).to.deep.equal([indonesian('messages.recover-link.subject', { organization })])
    expect(portal.mailbox[0]?.html).to.contain('<html lang="id">')

    await reader.open(linkIn(portal.mailbox[0]))
    expect(reader.page.heading).to.equal(indonesian('recover.link.title'))
    await reader.press(indonesian('recover.link.button'))
    await reader.press(indonesian('recover.password.button'), {
      password: NEW_PASSWORD,
      confirmation: NEW_PASSWORD,
    })
    expect(reader.page.heading).to.equal(indonesian('recover.done.title'))
    await portal.deliver()
    expect(subjectsTo('mia')[1]).to.equal(indonesian('messages.password-changed.subject', { organization }))
    expect(portal.mailbox[1]?.text).to.match(/2 Maret 2026 pukul 09\.00 UTC/)
    await reader.open('/harbour/sign-in')
    expect(languageOf(reader.page)).to.equal('id')
    expect(languageOf(await browserIn('en').open('/harbour/sign-in'))).to.equal('en')
  })

  it('can be chosen before anybody said which organization, and comes along', async () => {
    await reader.open('/?organization=nowhere')
    await reader.press(CHINESE)
    expect([reader.page.address, reader.page.status]).to.deep.equal(['/?organization=nowhere', 422])
    expect(reader.page.problemsAt('organization')).to.deep.equal([chinese('errors.organization.unknown')])
    await reader.open('/harbour/sign-in')
    expect(languageOf(reader.page)).to.equal('zh-CN')
    await reader.open('/nobody/sign-in')
    expect(reader.page.heading).to.equal(chinese('error.404.title'))
    expect(reader.page.root.querySelector('.languages')).to.equal(null)
  })

  it('leaves a link as it is, and writes its token in no page', async () => {
    await reader.open('/harbour/recover')
    await reader.press('Send Reset Link', { identifier: 'mia@harbour.example' })
    await portal.deliver()
    const link = linkIn(portal.mailbox[0])
    await reader.open(link)
    await reader.press(INDONESIAN)
    expect(reader.page.heading).to.equal(indonesian('recover.link.title'))
    expect(link).to.contain(reader.page.address)
    expect(reader.page.body).not.to.contain(new URL(link).searchParams.get('token'))
  })

  it('is the person’s own once it is saved, in every browser and every message', async () => {
    await signIn(reader, 'mia')
    await reader.open('/harbour/account/language')
    await reader.press('Save', { locale: 'id' })
    expect(reader.page.text).to.contain(indonesian('notices.language-changed'))
    expect(chosenOn(reader)).to.equal('id')

    const other = browserIn('en')
    await signIn(other, 'mia')
    expect(languageOf(other.page)).to.equal('id')
    const stranger = browserIn('zh')
    await stranger.open('/harbour/recover')
    await stranger.press(chinese('ways.email-link.button'), { identifier: 'mia@harbour.example' })
    await portal.deliver()
    expect(subjectsTo('mia')).to.deep.equal([
      indonesian('messages.recover-link.subject', { organization: 'Harbour Cloud' }),
    ])

    await other.open('/harbour/account/language')
    await other.press(indonesian('account.language.button'), { locale: 'browser' })
    expect(languageOf(other.page)).to.equal('en')
    expect(chosenOn(other)).to.equal('browser')
  })

  it('is the person’s own, too, when a signed-in person chooses it at the foot of a page', async () => {
    await signIn(reader, 'mia')
    await reader.press(CHINESE)
    expect(reader.page.address).to.equal('/harbour/account')
    const other = browserIn('en')
    await signIn(other, 'mia')
    expect(languageOf(other.page)).to.equal('zh-CN')
    const { rows } = await recordedChanges()
    expect(rows).to.deep.equal([{ detail: { from: 'browser', to: 'zh-CN' } }])
  })

  it('is each administrator’s own when they are written to, and else the organization’s', async () => {
    await portal.change('harbour', (settings) => ({
      ...settings,
      branding: { ...settings.branding, locale: 'zh-CN' },
    }))
    const olivia = browserIn('en')
    await signIn(olivia, 'olivia')
    await olivia.open('/harbour/account/language')
    await olivia.press('Save', { locale: 'id' })
    await asking(portal, 'harbour').ask(reader, 'mia')
    const organization = 'Harbour Cloud'
    expect(subjectsTo('olivia')).to.deep.equal([
      indonesian('messages.request-waiting.subject', { organization }),
    ])
    expect(subjectsTo('adam')).to.deep.equal([chinese('messages.request-waiting.subject', { organization })])
  })

  it('does not bring back what was typed, and no fault of a form that was left', async () => {
    await reader.open('/harbour/sign-in')
    await reader.press('Sign in', { identifier: 'mia', password: 'wrong' })
    expect(reader.page.status).to.equal(422)
    await reader.press(INDONESIAN, { identifier: 'mia', password: DEMO_PASSWORD })
    expect(reader.page.status).to.equal(200)
    expect(languageOf(reader.page)).to.equal('id')
    expect(reader.page.root.querySelector('[role=alert]')).to.equal(null)
  })

  const chosenOn = ({ page }: Visitor) => page.root.querySelector('input[checked]')?.getAttribute('value')
  const recordedChanges = () =>
    portal.within('harbour', async (tx) => ({
      rows: await tx.rows('audit_events').where('kind', 'language.changed').select('detail'),
    }))
})
