import { expect } from 'chai'
import { ownerOf } from '../support/owner.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForLink, getLink, followLink, signIn } from '../support/steps.ts'
import { mailsTo } from '../support/undoing.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const BRANDING = '/harbour/manage/branding'

describe('An owner names the organization', () => {
  let portal: Portal
  let olivia: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    olivia = await ownerOf(portal, 'harbour')
  })
  afterEach(() => portal.close())

  it('sees the name on the preview, saves it, and it stands on pages, in letters and in authenticator apps', async () => {
    const looked = await propose('Birch & Sons')
    expect(looked.text).to.contain('Name Before: the one that it was created with Now: Birch & Sons')
    expect(titleOf(await previewOn(looked))).to.equal('Sign in – Birch & Sons')
    expect(titleOf(await portal.visitor().open('/harbour/sign-in'))).to.equal('Sign in – Harbour Cloud')

    expect((await olivia.press('Save these settings')).text).to.contain('Saved as version 2')
    expect(titleOf(await portal.visitor().open('/harbour/sign-in'))).to.equal('Sign in – Birch & Sons')
    await portal.deliver()
    const [letter] = mailsTo(portal, 'olivia@harbour.example', 'settings of Birch & Sons were changed')
    expect(letter?.text).to.contain('Name: the one that it was created with → Birch & Sons')

    await portal.change('harbour', (settings) => ({
      ...settings,
      recovery: { ...settings.recovery, authenticator: 'require' },
    }))
    const mia = portal.visitor()
    await followLink(mia, await getLink(portal, mia))
    expect(mailsTo(portal, 'mia@harbour.example', 'Birch & Sons')).to.have.length(1)
    const app = mia.page.root.querySelector('a[href^="otpauth:"]')?.getAttribute('href') ?? ''
    expect(new URL(app.replaceAll('&amp;', '&')).searchParams.get('issuer')).to.equal('Birch & Sons')
  })

  it('takes the older name over again with an older version', async () => {
    await propose('Birch')
    await olivia.press('Save these settings')
    const first = await olivia.open('/harbour/manage/history/1')
    expect(first.text).to.contain('Name Before: Birch Now: the one that it was created with')
    await olivia.press('Take version 1 over again')
    expect(titleOf(await olivia.open('/harbour/sign-in'))).to.contain('– Harbour Cloud')
  })

  it('changes something else and decides nothing about the name', async () => {
    await olivia.open(BRANDING)
    const looked = await olivia.press('See what follows', { color: '#123456' })
    expect(looked.text).to.contain('Colour Before:').and.not.to.contain('Name Before:')
  })

  it('IN-03, IN-04: a name that looks like markup or like words of ours is shown as it is, on pages and in letters', async () => {
    for (const name of ['<b onclick=alert(1)>Birch</b>', "{{ page.csrf }} {name} ' onload='x", 'none']) {
      await propose(name)
      await olivia.press('Save these settings')
      const page = await portal.visitor().open('/harbour/sign-in')
      expect(page.root.querySelector('.home span:last-child')?.textContent).to.equal(name)
      expect(page.root.querySelectorAll('[onclick], [onload]')).to.deep.equal([])
      await askForLink(portal.visitor(), 'mia@harbour.example')
      await portal.deliver()
      const mail = mailsTo(portal, 'mia@harbour.example', name).at(-1)
      expect(mail?.text).to.contain(name)
      expect(mail?.html).not.to.contain('<b onclick')
    }
  })

  it('a name that turns a sentence round, breaks a line, cannot be seen or has no end is refused at its field', async () => {
    for (const [name, words] of [
      ['\u202eelgooG', 'a character that cannot be seen'],
      ['Birch\u2028Bcc: everybody@birch.example', 'a character that cannot be seen'],
      ['\u200b\u200b', 'no letter in it'],
      ['  ', 'Enter the name'],
      ['b'.repeat(101), 'too long'],
    ] as const) {
      const refused = await propose(name)
      expect([refused.status, refused.problemsAt('name').length], name).to.deep.equal([422, 1])
      expect(refused.problemsAt('name')[0]).to.contain(words)
    }
    expect((await signIn(portal.visitor(), 'olivia')).text).to.contain('Harbour Cloud')
  })

  async function propose(name: string): Promise<Page> {
    await olivia.open(BRANDING)
    return olivia.press('See what follows', { name })
  }

  function previewOn(page: Page): Promise<Page> {
    return olivia.send('GET', page.root.querySelector('iframe')?.getAttribute('src') ?? '')
  }
})

function titleOf(page: Page): string {
  return page.root.querySelector('title')?.textContent ?? ''
}
