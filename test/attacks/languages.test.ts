import { expect } from 'chai'
import { pages } from '../../src/web/routes.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { signIn } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'
import { languageOf } from '../support/words.ts'

const JUNK = [
  '',
  'xx',
  '../en',
  'id\u0000',
  '__proto__',
  'constructor',
  '简体中文',
  'id,en',
  'id'.repeat(4000),
]

describe('attacks: languages that nobody chose', () => {
  let portal: Portal
  let visitor: Visitor

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())
  beforeEach(() => {
    visitor = portal.visitor()
  })

  const shown = pages
    .filter(({ view }) => view)
    .map(({ path }) => `/harbour${path.replace(':reason', 'used')}`)

  it('CS-01, CS-02: no page’s switch is taken without this browser’s own token, or from elsewhere', async () => {
    await signIn(visitor, 'mia')
    const { csrf } = visitor
    for (const address of [...shown, '/']) {
      const forged: [string, Record<string, string>][] = [
        ['', {}],
        [`${csrf}x`, {}],
        [csrf, { Origin: 'https://evil.example' }],
      ]
      for (const [token, headers] of forged) {
        const fields = { csrf: token, pageLanguage: 'id' }
        const page = await visitor.send('POST', address, fields, headers)
        expect(page.status, address).to.equal(403)
      }
    }
    expect([...visitor.cookies.keys()]).not.to.include('latchkey-language')
    expect(languageOf(await visitor.open('/harbour/account'))).to.equal('en')
  })

  it('CS-03: only a switch is taken where a page takes no form', async () => {
    for (const address of ['/harbour/recover/done', '/']) {
      await visitor.open(address)
      const { csrf } = visitor
      expect((await visitor.send('POST', address, { csrf })).status, address).to.equal(405)
    }
  })

  it('IN-02: a language that there is not, an overlong one or several change nothing, and the page comes again', async () => {
    for (const address of ['/harbour/sign-in', '/']) {
      await visitor.open(address)
      const bodies = JUNK.map((pageLanguage) => new URLSearchParams({ csrf: visitor.csrf, pageLanguage }))
      const repeated = ['pageLanguage=id&pageLanguage=en', 'pageLanguage[]=id', 'pageLanguage[$gt]=']
      const sent = [...bodies.map(String), ...repeated.map((more) => `csrf=${visitor.csrf}&${more}`)]
      for (const body of sent) {
        const page = await visitor.send('POST', address, body)
        expect([page.status, page.location], body.slice(0, 80)).to.deep.equal([303, address])
      }
      expect([...visitor.cookies.keys()]).not.to.include('latchkey-language')
    }
  })

  it('IN-02: nor can one be saved in an account', async () => {
    await signIn(visitor, 'mia')
    await visitor.open('/harbour/account/language')
    for (const locale of JUNK.filter((junk) => junk.length < 200)) {
      const page = await visitor.send('POST', '/harbour/account/language', { csrf: visitor.csrf, locale })
      expect(page.status, locale).to.equal(422)
      expect(page.problemsAt('locale')).to.have.length(1)
    }
    expect(languageOf(await visitor.open('/harbour/account'))).to.equal('en')
  })

  it('IN-12: junk in the cookie and a flood of languages are passed over, quickly', async () => {
    for (const junk of JUNK.filter((value) => /^[\x21-\x7e]*$/.test(value))) {
      visitor.setCookie('latchkey-language', junk.replaceAll(',', ''))
      expect(languageOf(await visitor.open('/harbour/sign-in')), junk.slice(0, 20)).to.equal('en')
      expect(languageOf(await visitor.open('/nobody/sign-in'))).to.equal('en')
    }
    visitor.setCookie('latchkey-language', '')
    const floods = [
      'id;q=0,'.repeat(1500),
      'x-'.repeat(5000),
      `${';q=1,'.repeat(2000)}id`,
      'en;q=Infinity,id;q=NaN',
    ]
    for (const flood of floods) {
      visitor.headers['Accept-Language'] = flood
      const page = await visitor.open('/harbour/sign-in')
      expect([page.status, languageOf(page)], flood.slice(0, 20)).to.deep.equal([200, 'en'])
    }
  })
})
