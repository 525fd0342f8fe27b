import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { currentSettings } from '../../src/organizations/store.ts'
import { pages } from '../../src/web/routes.ts'
import { asking } from '../support/desk.ts'
import { idOf } from '../support/managing.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { NEW_PASSWORD, signIn, type AccountColumns } from '../support/steps.ts'
import { rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

type Row = AccountColumns & { organization_id: string }
type Fields = Record<string, string>

/** A form as its page sends it, and what it changes of whose account. */
interface Form {
  about?: string
  fields: Fields
  changes?: Record<string, Partial<Row> | 'deleted'>
}

const proof = { currentPassword: DEMO_PASSWORD }

/** Forms that do something. Of every other page nothing but the fields of the attack is sent. */
const FORMS: Record<string, Form> = {
  '/account/profile/name': { fields: { fullName: 'Mia T.' }, changes: { mia: { full_name: 'Mia T.' } } },
  '/account/profile/email': { fields: { ...proof, email: 'new@harbour.example' } },
  '/account/language': { fields: { locale: 'id' } },
  '/account/sessions': { fields: { end: 'others' } },
  '/account/authenticator/set-up': { fields: { currentPassword: NEW_PASSWORD } },
  '/account/password': { fields: { ...proof, password: NEW_PASSWORD, confirmation: NEW_PASSWORD } },
  '/account/delete': { fields: { understood: 'yes', currentPassword: NEW_PASSWORD } },
  '/account/keep': { fields: {} },
  '/manage/people/:id/authenticator': { about: 'noah', fields: { reason: 'Lost' } },
  '/manage/people/:id/reset': { about: 'noah', fields: {} },
  '/manage/people/:id/role': {
    about: 'noah',
    fields: { role: 'administrator' },
    changes: { noah: { role: 'administrator' } },
  },
  '/manage/people/:id/state': {
    about: 'noah',
    fields: { state: 'suspended' },
    changes: { noah: { state: 'suspended' } },
  },
  '/manage/people/:id/delete': {
    about: 'nils',
    fields: { ...proof, understood: 'yes' },
    changes: { nils: 'deleted' },
  },
  '/manage/requests/:id': { fields: { decision: 'refuse', reason: 'Not them' } },
  '/manage/messages': { fields: { channel: 'email' } },
  '/manage/passwords': { fields: { minimumLength: '12' } },
  '/manage/sign-up': { fields: { mode: 'closed', verificationHours: '48' } },
}

describe('attacks: more fields than a form has', () => {
  let portal: Portal
  let mia: Visitor
  let olivia: Visitor
  let more: Fields
  let requestId = ''

  before(async () => {
    portal = await openPortal()
    mia = portal.visitor()
    olivia = portal.visitor()
    await signIn(mia, 'mia')
    await signIn(olivia, 'olivia')
    await asking(portal, 'harbour').ask(portal.visitor(), 'noah')
    requestId = (await rowsOf<{ id: string }>(portal, 'harbour', 'noah', 'recovery_requests'))[0]?.id ?? ''
    const [other, owner] = [(await portal.organization('meadow')).id, await idOf(portal, 'olivia')]
    more = {
      ...named({ role: 'owner', state: 'suspended', username: 'mallory', verified: 'true', isOwner: 'true' }),
      ...named({ full_name: 'Mallory', phone_verified: 'true', email_verified: 'true', permissions: 'all' }),
      ...named({ organization_id: other, account_id: owner, person_id: owner, subject_id: owner, id: owner }),
      ...named({ protected_at: '2026-01-01', email_verified_at: '2026-01-01', security_epoch: '0' }),
      ...named({ saved_by: owner, actor_id: owner, made_by: owner, version: '99', organization: 'meadow' }),
    }
  })
  after(() => portal.close())

  for (const { path, submit, signedIn, role } of pages) {
    // Who is added is looked at by themselves below.
    if (!submit || !signedIn || path === '/manage/people/new') continue
    it(`TI-03: ${path} takes its own fields and no other`, async () => {
      const { about = 'noah', fields, changes = {} } = FORMS[path] ?? { fields: {} }
      const by = role ? olivia : mia
      const before = await accounts()
      const id = path.includes('requests') ? requestId : await idOf(portal, about)
      const address = `/harbour${path.replace(':id', id).replace(':version', '1')}`
      const version = String((await portal.within('harbour', currentSettings)).version)
      const sent = { ...more, ...fields, csrf: by.csrf, basedOn: version }
      const { status } = await by.send('POST', address, sent)
      if (FORMS[path]) expect(status, 'what the form says is done').to.equal(303)
      expect(await accounts()).to.deep.equal(changed(before, changes))
    })
  }

  it('TI-03: who is added is a member and nothing that else was sent, and what is there is nobody else’s', async () => {
    const before = await accounts()
    const typed = { fullName: 'Sari Dewi', email: 'sari@lintas.example', username: 'sari' }
    await olivia.send('POST', '/harbour/manage/people/new', { ...more, ...typed, csrf: olivia.csrf })
    const after = await accounts()
    const { sari, ...rest } = after
    expect(rest).to.deep.equal(before)
    expect(sari).to.include({ role: 'member', state: 'active', full_name: 'Sari Dewi', protected_at: null })
    const wayIn = `/harbour/manage/people/${sari?.id}/way-in`
    expect((await olivia.send('POST', wayIn, { ...more, csrf: olivia.csrf })).status).to.equal(303)
    expect(await accounts()).to.deep.equal(after)
  })

  /** What decides who somebody is and what they may, of every account of both organizations. */
  async function accounts(): Promise<Record<string, Partial<Row>>> {
    const all: Record<string, Partial<Row>> = {}
    for (const slug of ['harbour', 'meadow'])
      for (const row of await portal.within(slug, (tx) => tx.rows<Row>('accounts').orderBy('id'))) {
        const { id, organization_id, username, full_name, role, state, protected_at } = row
        const { email, email_verified_at, phone, phone_verified_at } = row
        const reached = { email, email_verified_at, phone, phone_verified_at }
        all[slug === 'harbour' ? username : `${username} of B`] = {
          ...{ id, organization_id, username, full_name, role, state, protected_at },
          ...reached,
        }
      }
    return all
  }
})

/** Under the names that columns and programs have. */
function named(columns: Fields): Fields {
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(
    Object.entries(columns).flatMap(([name, value]) => [
      [name, value],
      [camel(name), value],
      [`account[${name}]`, value],
      [`__proto__[${name}]`, value],
    ]),
  )
}

function changed(
  before: Record<string, Partial<Row>>,
  changes: NonNullable<Form['changes']>,
): Record<string, Partial<Row>> {
  const left = Object.entries(before).filter(([name]) => changes[name] !== 'deleted')
  return Object.fromEntries(left.map(([name, row]) => [name, { ...row, ...(changes[name] as Partial<Row>) }]))
}
