import { expect } from 'chai'
import type { LetterData } from '../../src/delivery/letter.ts'
import { CHANNELS, type MessageName } from '../../src/delivery/message.ts'
import type { Translate } from '../../src/i18n/words.ts'
import { letterhead, recoverLink, renderer, words } from './rig.ts'

const LINK = 'https://account.example.org/harbour/recover/link?token=abc'
const support = { kind: 'email', value: 'help@harbour.example', label: 'Help desk' } as const
type Letter = Exclude<MessageName, 'recover-code' | 'confirm-phone' | 'test-text'>
const letters: { [Name in Letter]: LetterData[Name] } = {
  'recover-link': recoverLink(LINK),
  welcome: { ...letterhead, link: LINK, hours: 72, isOwner: true, username: 'mia' },
  'password-changed': {
    ...letterhead,
    when: '2 March 2026, 09:00 UTC',
    device: 'Firefox on Linux',
    authenticatorAdded: true,
    notMeUrl: LINK,
    support,
  },
  'authenticator-changed': {
    ...letterhead,
    when: '2 March 2026, 09:00 UTC',
    device: 'Firefox on Linux',
    change: 'replaced',
    isByManager: false,
    by: null,
    notMeUrl: LINK,
    support,
  },
  'contact-changed': {
    ...letterhead,
    when: '2 March 2026, 09:00 UTC',
    device: 'Firefox on Linux',
    kind: 'email',
    change: 'changed',
    notMeUrl: LINK,
    support,
  },
  'account-protected': {
    ...letterhead,
    authenticator: 'added',
    restored: ['email', 'phone'],
    wayBack: 'asked',
    standsUrl: LINK,
    support,
  },
  'sign-in-paused': { ...letterhead, recoverUrl: LINK, support },
  'code-not-sent': { ...letterhead, recoverUrl: LINK, support },
  'address-too-new': { ...letterhead, until: '1 May 2026', askUrl: LINK, support },
  'request-approved': { ...letterhead, cancelUrl: LINK, hours: 24, support },
  'request-granted': { ...letterhead, link: LINK, cancelUrl: LINK, hours: 24, support },
  'request-refused': { ...letterhead, recoverUrl: LINK, support },
  'owner-reset': { ...letterhead, owner: 'Olivia', when: 'now', requestUrl: LINK },
  'reset-started': { ...letterhead, link: LINK, notMeUrl: LINK, hours: 24 },
  'standing-changed': {
    ...letterhead,
    when: '1 May 2026',
    standing: 'owner',
    by: 'Olivia Santoso',
    signInUrl: LINK,
    support,
  },
  'managers-changed': {
    ...letterhead,
    when: '1 May 2026',
    standing: 'owner',
    name: 'Adam Wirawan',
    by: 'Olivia Santoso',
    isByReader: true,
    peopleUrl: LINK,
    passwordUrl: 'https://account.example.org/harbour/account/password',
  },
  'settings-changed': {
    ...letterhead,
    by: 'Olivia Santoso',
    when: '1 May 2026',
    version: 2,
    changes: [
      {
        setting: 'recovery.linkLifetimeMinutes',
        before: { kind: 'amount', count: 5 },
        after: { kind: 'amount', count: 60 },
      },
    ],
    historyUrl: LINK,
  },
  'add-a-way': { ...letterhead, missing: 'phone-missing', accountUrl: LINK, support },
  'texts-paused': { ...letterhead, country: 'Indonesia', sent: 50, proved: 1, until: '1 May 2026' },
  'verify-email': {
    ...letterhead,
    link: LINK,
    hours: 24,
    requestedFrom: { place: '198.51.100.0/24', device: 'Firefox · Linux' },
  },
  'confirm-email': {
    ...letterhead,
    link: LINK,
    hours: 24,
    requestedFrom: { place: '198.51.100.0/24', device: 'Firefox · Linux' },
  },
  'account-exists': { ...letterhead, signInUrl: LINK, recoverUrl: LINK, support },
  'deletion-asked': {
    ...letterhead,
    when: 'March 16, 2026',
    device: 'Firefox · Linux',
    keepUrl: LINK,
    support,
  },
  'deletion-stopped': { ...letterhead, why: 'asked', support },
  'test-email': { ...letterhead, messagesUrl: LINK },
  'account-deleted': { ...letterhead, isByManager: true },
  'request-waiting': {
    ...letterhead,
    asker: 'Noah',
    askerName: 'noah',
    isReport: false,
    requestUrl: LINK,
  },
}

/** A pause of texts ends without anybody, and so does an account. */
const WAYS: Partial<Record<Letter, string | ((t: Translate) => string)>> = {
  'deletion-stopped': (t) =>
    t('messages.deletion-stopped.why.asked', { organization: letterhead.organization.name }),
  'account-deleted': (t) => t('messages.account-deleted.last'),
  'texts-paused': '1 May 2026',
}

describe('rendering messages', () => {
  it('leaves out none of the mails', () => {
    const mails = Object.entries(CHANNELS).flatMap(([name, channel]) => (channel === 'email' ? [name] : []))
    expect(Object.keys(letters)).to.have.members(mails)
  })

  for (const name of Object.keys(letters) as Letter[]) {
    it(`writes ${name} as text and HTML that both carry its link, in every language`, () => {
      for (const locale of words.locales) {
        const { subject, text, html } = renderer.render(name, locale, letters[name])
        const named = WAYS[name] ?? LINK
        const way = typeof named === 'string' ? named : named(words.in(locale))
        expect(subject).to.include('Harbour')
        expect(text)
          .to.include(way)
          .and.include('Mia Marlow')
          .and.not.match(/<\w|&\w+;|undefined/)
        expect(html)
          .to.include(way === LINK ? `href="${LINK}"` : way)
          .and.include(`lang="${locale}"`)
          .and.not.include('undefined')
      }
    })
  }

  it('leaves out the device and the support contact that nobody knows', () => {
    const letter = { ...letters['password-changed'], device: null, support: null }
    const { text, html } = renderer.render('password-changed', 'en', letter)
    for (const words of [text, html]) expect(words).not.to.match(/Firefox|Help desk|null|none,|from none/)
  })

  it('collapses what could end the header or turn the subject round', () => {
    const name = 'Harbour\r\nBcc: thief@evil.example\u2028\u202egnp.exe\u0000'
    const { subject } = renderer.render('recover-link', 'en', named(name))
    expect(subject).to.equal('Reset your password for Harbour Bcc: thief@evil.example gnp.exe')
  })

  it('bounds the subject without cutting a character in two', () => {
    const { subject } = renderer.render('recover-link', 'en', named('🦜'.repeat(300)))
    expect(Array.from(subject)).to.have.length(200)
    expect(subject.endsWith('🦜')).to.equal(true)
  })

  it('escapes names in HTML, and in plain text writes them as they are', () => {
    const { text, html } = renderer.render('recover-link', 'en', named('<b>Harbour & Co</b>'))
    expect(html).to.include('&lt;b&gt;Harbour &amp; Co&lt;/b&gt;').and.not.include('<b>Harbour')
    expect(text).to.include('<b>Harbour & Co</b>')
  })

  it('takes names for text, never for a template or a message format', () => {
    const trick = '{{ 7 * 7 }}{% raw %}{minutes}'
    const { subject, text, html } = renderer.render('recover-link', 'en', named(trick))
    for (const words of [subject, text, html]) expect(words).to.include(trick)
  })

  it('refuses to write a mail whose link is missing', () => {
    const withoutLink = { ...recoverLink(LINK), link: undefined } as unknown as LetterData['recover-link']
    expect(() => renderer.render('recover-link', 'en', withoutLink)).to.throw(/undefined/)
  })
})

function named(name: string): LetterData['recover-link'] {
  const letter = recoverLink(LINK)
  return { ...letter, organization: { ...letter.organization, name } }
}
