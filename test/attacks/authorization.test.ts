import { expect } from 'chai'
import type { Role } from '../../src/accounts/account.ts'
import { pages } from '../../src/web/routes.ts'
import { asking } from '../support/desk.ts'
import { lookedAt } from '../support/import.ts'
import { idOf } from '../support/managing.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { signIn } from '../support/steps.ts'
import { rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'

/** Who may open each page of who runs an organization. A page that is missing here fails the test below. */
const MANAGING: Record<string, Exclude<Role, 'member'>> = {
  '/manage': 'administrator',
  '/manage/readiness': 'administrator',
  '/manage/readiness/:why': 'administrator',
  '/manage/recovery': 'owner',
  '/manage/recovery/review': 'owner',
  '/manage/recovery/preview/:screen': 'owner',
  '/manage/passwords': 'owner',
  '/manage/passwords/preview': 'owner',
  '/manage/sign-up': 'owner',
  '/manage/sign-up/preview': 'owner',
  '/manage/branding': 'owner',
  '/manage/branding/preview': 'owner',
  '/manage/branding/logo': 'owner',
  '/manage/history': 'owner',
  '/manage/history/:version': 'owner',
  '/manage/requests': 'administrator',
  '/manage/requests/:id': 'administrator',
  '/manage/messages': 'administrator',
  '/manage/activity': 'administrator',
  '/manage/activity/export': 'administrator',
  '/manage/people': 'administrator',
  '/manage/people/new': 'administrator',
  '/manage/people/import': 'administrator',
  '/manage/people/import/template': 'administrator',
  '/manage/people/import/:id': 'administrator',
  '/manage/people/import/:id/rows': 'administrator',
  '/manage/people/import/:id/stop': 'administrator',
  '/manage/people/:id': 'administrator',
  '/manage/people/:id/way-in': 'administrator',
  '/manage/people/:id/reset': 'administrator',
  '/manage/people/:id/authenticator': 'administrator',
  '/manage/people/:id/sessions': 'administrator',
  '/manage/people/:id/role': 'owner',
  '/manage/people/:id/state': 'administrator',
  '/manage/people/:id/delete': 'administrator',
}

/** Where one of its addresses has a part that names something, something that is there. */
const NAMED: Record<string, string> = {
  ':screen': 'identify',
  ':version': '1',
  ':why': 'nothing',
  ':id': '',
}

const PEOPLE = { member: 'mia', administrator: 'adam', owner: 'olivia' } as const
const ROLES = ['member', 'administrator', 'owner'] as const

describe('attacks: a role that does not reach as far', () => {
  let portal: Portal
  const visitors = new Map<Role, Visitor>()
  /** What an address names that nothing is there of until somebody makes it. */
  const made = new Map<string, string>()

  before(async () => {
    portal = await openPortal()
    NAMED[':id'] = await idOf(portal, 'mia')
    for (const role of ROLES) {
      const visitor = portal.visitor()
      await signIn(visitor, PEOPLE[role])
      visitors.set(role, visitor)
    }
    await asking(portal, 'harbour').ask(portal.visitor(), 'mia')
    made.set('/manage/requests/:id', await requestOf('mia'))
    const imported = (await lookedAt(portal, 'email\nsari@lintas.example\nsari@')).found.id
    for (const below of ['', '/rows', '/stop']) made.set(`/manage/people/import/:id${below}`, imported)
  })
  after(() => portal.close())

  const addressOf = (path: string) => path.replace(/:\w+/g, (name) => made.get(path) ?? NAMED[name] ?? name)
  const requestOf = async (name: string) =>
    (await rowsOf<{ id: string }>(portal, 'harbour', name, 'recovery_requests'))[0]?.id ?? ''

  it('TI-04: every page below /manage says which role it takes, and is in the table', () => {
    const managing = pages.filter(({ path }) => path.startsWith('/manage'))
    expect(Object.fromEntries(managing.map(({ path, role }) => [path, role]))).to.deep.equal(MANAGING)
    expect(managing.filter(({ signedIn }) => !signedIn)).to.deep.equal([])
    expect(pages.filter(({ path, role }) => role && !path.startsWith('/manage'))).to.deep.equal([])
  })

  for (const [path, wanted] of Object.entries(MANAGING)) {
    for (const role of ROLES) {
      const may = ROLES.indexOf(role) >= ROLES.indexOf(wanted)
      it(`TI-04: ${path} ${may ? 'opens for' : 'is refused to'} the ${role} of its organization, and to read or to write`, async () => {
        const visitor = visitors.get(role) ?? portal.visitor()
        const page = pages.find((one) => one.path === path)
        if (page?.view) {
          const { status } = await visitor.send('GET', `/harbour${addressOf(path)}`)
          if (may) expect(status).to.be.oneOf([200, 303])
          else expect(status).to.equal(403)
        }
        if (!page?.submit || may) return
        await visitor.open('/harbour/account')
        const answer = await visitor.send('POST', `/harbour${addressOf(path)}`, {
          csrf: visitor.csrf,
          basedOn: '1',
        })
        expect(answer.status).to.equal(403)
      })
    }

    it(`TI-01: ${path} of another organization sends the owner of this one to its sign-in`, async () => {
      const answer = await visitors.get('owner')?.send('GET', `/meadow${addressOf(path)}`)
      expect([answer?.status, answer?.location]).to.deep.equal([303, '/meadow/sign-in'])
    })
  }
})
