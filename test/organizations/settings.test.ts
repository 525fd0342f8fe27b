import { expect } from 'chai'
import fc from 'fast-check'
import { DEMO_ORGANIZATIONS } from '../../seeds/demo-organizations.ts'
import {
  parseSettings,
  readSettings,
  narrower,
  stricter,
  type RecoverySettings,
} from '../../src/organizations/settings.ts'

/** From the laxest to the strictest of each. */
const LADDERS = {
  authenticator: ['off', 'challenge', 'require'],
  unknownPerson: ['helpful', 'uniform'],
  afterReset: ['home', 'sign-in'],
  smsAloneForManagers: ['allowed', 'refused'],
} as const

const recoverySettings: fc.Arbitrary<RecoverySettings> = fc.record({
  methods: fc.subarray(['email-link', 'sms-code'] as ('email-link' | 'sms-code')[], { minLength: 1 }),
  linkLifetimeMinutes: fc.integer({ min: 1, max: 1440 }),
  codeLifetimeMinutes: fc.integer({ min: 1, max: 15 }),
  authenticator: fc.constantFrom(...LADDERS.authenticator),
  unknownPerson: fc.constantFrom(...LADDERS.unknownPerson),
  afterReset: fc.constantFrom(...LADDERS.afterReset),
  identifier: fc.constantFrom('username-or-email', 'email', 'username'),
  approvalHoldHours: fc.integer({ min: 0, max: 72 }),
  smsAloneForManagers: fc.constantFrom(...LADDERS.smsAloneForManagers),
})

describe('An organization’s settings', () => {
  it('are the documented defaults where nothing is set', () => {
    expect(parseSettings({})).to.deep.equal({
      recovery: {
        methods: ['email-link'],
        linkLifetimeMinutes: 5,
        codeLifetimeMinutes: 5,
        authenticator: 'challenge',
        unknownPerson: 'uniform',
        afterReset: 'sign-in',
        identifier: 'username-or-email',
        smsAloneForManagers: 'refused',
        approvalHoldHours: 24,
      },
      sms: { countries: [], messagesPerDay: 200 },
      passwords: {
        minimumLength: 8,
        upper: true,
        lower: true,
        digit: true,
        symbol: true,
        notLast: true,
        notGuessable: true,
      },
      signUp: { mode: 'closed', verificationHours: 24, allowedDomains: [], deniedDomains: [] },
      terms: null,
      branding: { name: null, color: '#0b5cad', locale: 'en', logo: null, support: null },
    })
  })

  it('hold what each document of the demo asks for', () => {
    const of = (wanted: string) =>
      parseSettings(DEMO_ORGANIZATIONS.find(({ slug }) => slug === wanted)?.settings)
    expect(of('harbour').recovery).to.include({
      identifier: 'email',
      authenticator: 'off',
      linkLifetimeMinutes: 5,
    })
    expect(of('summit').recovery).to.include({ identifier: 'username', smsAloneForManagers: 'allowed' })
    expect(of('summit').sms.countries).to.include('US')
    expect(of('lantern').recovery).to.include({
      linkLifetimeMinutes: 5,
      authenticator: 'require',
      unknownPerson: 'helpful',
      afterReset: 'home',
    })
    expect(of('meadow').recovery).to.include({ linkLifetimeMinutes: 60, identifier: 'email' })
    const modes = DEMO_ORGANIZATIONS.map(({ slug }) => [slug, of(slug).signUp.mode])
    expect(Object.fromEntries(modes)).to.deep.equal({
      harbour: 'company',
      summit: 'closed',
      lantern: 'closed',
      meadow: 'closed',
      acme: 'open',
    })
    expect(of('harbour').terms).not.to.equal(null)
    expect(of('meadow').passwords).to.include({ lower: false, upper: true, digit: true, symbol: true })
  })

  it('survive being stored and read again', () => {
    for (const { settings } of DEMO_ORGANIZATIONS) {
      const parsed = parseSettings(settings)
      expect(parseSettings(JSON.parse(JSON.stringify(parsed)))).to.deep.equal(parsed)
    }
  })

  for (const [what, settings] of Object.entries({
    'a setting that there is not': { recovery: { linkLifetime: 5 } },
    'a group that there is not': { colours: {} },
    'no way in at all': { recovery: { methods: [] } },
    'a way in whose name is none': { recovery: { methods: ['Carrier Pigeon'] } },
    'a link that lives for no time': { recovery: { linkLifetimeMinutes: 0 } },
    'a link that lives for more than a day': { recovery: { linkLifetimeMinutes: 1441 } },
    'a code that lives for longer than a quarter of an hour': { recovery: { codeLifetimeMinutes: 16 } },
    'a country by its name': { sms: { countries: ['Indonesia'] } },
    'more texts than the operator allows': { sms: { messagesPerDay: 201 } },
    'half a minute': { recovery: { linkLifetimeMinutes: 2.5 } },
    'passwords shorter than eight characters': { passwords: { minimumLength: 7 } },
    'a colour that could end a stylesheet': { branding: { color: '#fff}*{' } },
    'a colour by name': { branding: { color: 'red' } },
    'a link for support that runs': {
      branding: { support: { kind: 'link', value: 'javascript:alert(1)', label: '' } },
    },
    'a link for support that anybody reads': {
      branding: { support: { kind: 'link', value: 'http://x.example', label: '' } },
    },
    'people who sign up without a username, and recover by it alone': {
      recovery: { identifier: 'username' },
      signUp: { mode: 'open' },
    },
    'a link for verification that outlives its sign-up': { signUp: { verificationHours: 169 } },
    'a whole address where a domain belongs': { signUp: { allowedDomains: ['mia@harbour.example'] } },
    'terms that run': { terms: { url: 'javascript:alert(1)', version: '1' } },
    'a phone number that is none': { branding: { support: { kind: 'phone', value: '12 or so', label: '' } } },
  }))
    it(`refuse ${what}`, () => {
      expect(() => parseSettings(settings)).to.throw()
    })

  it('name every fault at once', () => {
    const faulty = {
      recovery: { linkLifetimeMinutes: 0, identifier: 'phone' },
      passwords: { minimumLength: 1 },
    }
    expect(() => parseSettings(faulty)).to.throw(/linkLifetimeMinutes[\s\S]*identifier[\s\S]*minimumLength/)
  })
})

describe('The stricter of two versions of the settings', () => {
  it('is never laxer than either', () => {
    fc.assert(
      fc.property(recoverySettings, recoverySettings, (began, now) => {
        const result = stricter(began, now)
        for (const version of [began, now]) {
          expect(result.linkLifetimeMinutes).to.be.at.most(version.linkLifetimeMinutes)
          expect(result.codeLifetimeMinutes).to.be.at.most(version.codeLifetimeMinutes)
          expect(version.methods).to.include.members(result.methods)
          for (const name of Object.keys(LADDERS) as (keyof typeof LADDERS)[]) {
            const ladder: readonly string[] = LADDERS[name]
            expect(ladder.indexOf(result[name])).to.be.at.least(ladder.indexOf(version[name]), name)
          }
        }
      }),
    )
  })

  it('takes every setting from one of the two, and offers what both offer', () => {
    fc.assert(
      fc.property(recoverySettings, recoverySettings, (began, now) => {
        const result = stricter(began, now)
        for (const name of [
          'linkLifetimeMinutes',
          'codeLifetimeMinutes',
          ...(Object.keys(LADDERS) as (keyof typeof LADDERS)[]),
        ] as const)
          expect([began[name], now[name]]).to.include(result[name])
        const both = began.methods.filter((method) => now.methods.includes(method))
        expect(result.methods).to.have.members(both)
        expect(result.identifier, 'asked for on a page of today').to.equal(now.identifier)
      }),
    )
  })

  it('does not care which came first, and leaves one version as it is', () => {
    fc.assert(
      fc.property(recoverySettings, recoverySettings, (one, other) => {
        const { identifier } = one
        const [result, reversed] = [stricter(one, other), stricter(other, one)]
        const inOrder = (settings: RecoverySettings) => ({
          ...settings,
          identifier,
          methods: settings.methods.toSorted(),
        })
        expect(inOrder(result)).to.deep.equal(inOrder(reversed))
        expect(stricter(one, one)).to.deep.equal(one)
      }),
    )
  })
})

describe('The narrower of two versions of where texts may go', () => {
  it('lists what both list, and takes the budget of today', () => {
    const began = { countries: ['ID', 'US'], messagesPerDay: 10 }
    const now = { countries: ['GB', 'ID'], messagesPerDay: 20 }
    expect(narrower(began, now)).to.deep.equal({ countries: ['ID'], messagesPerDay: 20 })
  })
})

describe('Settings that another version of the program stored', () => {
  it('are read without what this one does not know, and refused with it when they are saved', () => {
    const newer = {
      recovery: { linkLifetimeMinutes: 9, passkeys: true },
      branding: { font: 'x' },
      people: { imports: 1 },
    }
    expect(readSettings(newer)).to.deep.equal(parseSettings({ recovery: { linkLifetimeMinutes: 9 } }))
    expect(() => parseSettings(newer)).to.throw('passkeys')
  })

  it('are refused where a known setting is wrong', () => {
    expect(() => readSettings({ recovery: { linkLifetimeMinutes: 0 } })).to.throw('linkLifetimeMinutes')
    expect(() => readSettings({ recovery: 'mauve' })).to.throw('recovery')
  })
})
