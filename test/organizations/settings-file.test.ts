import { expect } from 'chai'
import { DEMO_ORGANIZATIONS } from '../../seeds/demo-organizations.ts'
import { asSettingsFile, readSettingsFile } from '../../src/organizations/settings-file.ts'
import { parseSettings } from '../../src/organizations/settings.ts'

/** What is wrong with a file, a line for each fault. */
function faultsOf(content: unknown): string[] {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return readSettingsFile(text).faults.map(({ place, fault }) => `${place}: ${fault}`)
}

const written = (settings: object) => ({ format: 'latchkey-settings-1', ...settings })

describe('Settings as a file', () => {
  it('come back as they were, from every organization of the demo', () => {
    for (const { settings } of DEMO_ORGANIZATIONS) {
      const parsed = parseSettings(settings)
      expect(readSettingsFile(asSettingsFile(parsed))).to.deep.equal({ settings: parsed, faults: [] })
    }
  })

  it('are the same text however they were stored, a setting on each line, defaults too', () => {
    const turned: unknown = JSON.parse(
      '{"sms":{"messagesPerDay":5,"countries":["ID"]},"recovery":{"afterReset":"home"}}',
    )
    const file = asSettingsFile(parseSettings(turned))
    expect(file.split('\n').slice(0, 4)).to.deep.equal([
      '{',
      '  "format": "latchkey-settings-1",',
      '  "recovery": {',
      '    "methods": [',
    ])
    expect(file).to.match(/"countries": \[\n {6}"ID"\n {4}\],\n {4}"messagesPerDay": 5\n/)
    expect(file.endsWith('}\n')).to.equal(true)
    expect(asSettingsFile(parseSettings(JSON.parse(JSON.stringify(parseSettings(turned)))))).to.equal(file)
  })

  it('take defaults for what a file leaves out, and a mark of the editor in front of it', () => {
    const file = readSettingsFile(`\ufeff${JSON.stringify(written({ recovery: { afterReset: 'home' } }))}`)
    expect(file).to.deep.equal({
      settings: parseSettings({ recovery: { afterReset: 'home' } }),
      faults: [],
    })
  })

  it('IN-02: name every fault of a file at once, with its place', () => {
    const faults = faultsOf(
      `{"__proto__": {"admin": true}, "constructor": 1, "recovery": {"methods": ["email-link", 3], "__proto__": {},
        "linkLifetimeMinutes": "5", "afterReset": null}, "signUp": "open", "terms": {"url": "http://x"},
        "branding": {"support": {"kind": "fax"}, "locale": ["en"]}, "passwords": {"minimumLength": 8.5}}`,
    )
    expect(faults.map((line) => line.split(':')[0]).toSorted()).to.deep.equal([
      '__proto__',
      'branding.locale',
      'branding.support.kind',
      'constructor',
      'format',
      'passwords.minimumLength',
      'recovery.__proto__',
      'recovery.afterReset',
      'recovery.linkLifetimeMinutes',
      'recovery.methods[1]',
      'signUp',
      'terms.url',
      'terms.version',
    ])
    expect(({} as Record<string, unknown>)['admin']).to.equal(undefined)
  })

  it('are also asked for what several settings must agree on, beside other faults', () => {
    const faults = faultsOf(
      written({ recovery: { identifier: 'username' }, signUp: { mode: 'open' }, sms: { countries: 'ID' } }),
    )
    expect(faults.join()).to.contain('recovery.identifier: who signs up has no username')
    expect(faults.join()).to.contain('sms.countries: ')
  })

  for (const [what, text, fault] of [
    ['is no JSON', '{"format": ', 'the file: is no JSON'],
    ['is empty', '', 'the file: is no JSON'],
    ['is a list', '[]', 'the file: must be a JSON object'],
    ['is null', 'null', 'the file: must be a JSON object'],
    ['is of another program', '{"name": "x"}', 'format: must be "latchkey-settings-1"'],
    ['is of a later format', '{"format": "latchkey-settings-2"}', 'format: must be'],
    [
      'has a character that PostgreSQL keeps in no column',
      JSON.stringify(written({ terms: { url: 'https://x.example', version: 'a\u0000\ud800' } })),
      'terms.version: holds a character that cannot be seen',
    ],
    [
      'turns a name round',
      JSON.stringify(written({ branding: { name: '\u202ehcriB' } })),
      'branding.name: this is no name',
    ],
  ] as const)
    it(`are refused where the file ${what}`, () => expect(faultsOf(text).join('\n')).to.contain(fault))
})
