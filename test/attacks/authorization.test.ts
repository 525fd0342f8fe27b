import { expect } from 'chai'
import type { Role } from '../../src/accounts/account.ts'
import type { Page } from '../../src/web/page.ts'
import { healthRoutes, pages, routes } from '../../src/web/routes.ts'
import { asking } from '../support/desk.ts'
import { broughtOver } from '../support/import.ts'
import { idOf } from '../support/managing.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { signIn } from '../support/steps.ts'
import { rowsOf } from '../support/undoing.ts'
import type { Visitor } from '../support/visitor.ts'
import { dumpOf } from './dump.ts'
import { BESIDES, WANTED, wantedAt, type Wanted } from './roles.ts'

/** A is harbour, whose pages are asked for; B is meadow, whose ids and people come there. */
const PEOPLE = { member: 'mia', administrator: 'adam', owner: 'olivia' } as const
const ROLES = ['member', 'administrator', 'owner'] as const

/** What can stand where an address names something: of A, of B, and nothing that could be an id. */
interface Named {
  own: string
  foreign: string
  malformed: string
}

describe('attacks: every address, for whom it is not', () => {
  let portal: Portal
  let rowsOfB = ''
  const ofA = new Map<Role, Visitor>()
  const outsiders: [string, Visitor][] = []
  const named = new Map<string, Named>()

  before(async () => {
    portal = await openPortal()
    for (const role of ROLES) {
      ofA.set(role, await signedIn('harbour', role))
      const ofB = await signedIn('meadow', role)
      // As A's own cookies are called: what opens B must open nothing here.
      for (const [name, value] of ofB.cookies) ofB.setCookie(name.replace('meadow', 'harbour'), value)
      outsiders.push([`the ${role} of B`, ofB])
    }
    outsiders.push(['nobody', portal.visitor()])
    for (const [, visitor] of outsiders) await visitor.open('/harbour/sign-in')
    await nameThings()
    rowsOfB = await dumpOf(portal, 'meadow')
  })
  after(() => portal.close())

  it('TI-01: every address that is served stands in the table, with whom it is for', () => {
    const { parts } = portal.app
    const demo = { password: '', authenticator: { username: '', key: '' }, slugs: [] }
    const sms = { accountSid: 'AC', authToken: '', from: '', apiUrl: '' }
    const everything = { ...parts, demo, config: { ...parts.config, sms } }
    const served = [routes(everything), healthRoutes(parts)].flatMap(({ stack }) =>
      stack.flatMap(({ methods, path }) =>
        methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(path)}`),
      ),
    )
    const ofPages = pages.flatMap(({ path, view }) =>
      [...(view ? ['GET'] : []), 'POST'].map((method) => `${method} /:organization${path}`),
    )
    expect(served, 'what is no page stands in BESIDES of roles.ts').to.have.members([...BESIDES, ...ofPages])
    const wanted = ({ role, signedIn: needsSession }: Page): Wanted =>
      role ?? (needsSession ? 'member' : 'anyone')
    const table = Object.fromEntries(pages.map((page) => [page.path, wanted(page)]))
    const written = Object.fromEntries(pages.map(({ path }) => [path, wantedAt(path)]))
    expect(written, 'write into roles.ts whom it is for').to.deep.equal(table)
    expect(Object.values(WANTED).flat()).to.have.length(pages.length)
    expect(pages.filter(({ role, signedIn: needsSession }) => role && !needsSession)).to.deep.equal([])
  })

  for (const page of pages) {
    const wanted = wantedAt(page.path) ?? 'anyone'
    const methods = [...(page.view ? ['GET'] : []), ...(page.submit ? ['POST'] : [])]

    if (wanted !== 'anyone')
      it(`TI-01: ${page.path} sends the people of another organization, and strangers, to its sign-in`, async () => {
        for (const [who, visitor] of outsiders)
          for (const method of methods) {
            const { status, location } = await ask(visitor, method, addressOf(page.path, 'own'))
            expect([status, location], `${method} by ${who}`).to.deep.equal([303, '/harbour/sign-in'])
          }
      })

    it(`TI-04: ${page.path} is for the ${wanted} and who may more, and is 404 where it names what is not theirs`, async () => {
      for (const role of ROLES)
        for (const method of methods)
          // Whoever signs out is out.
          if (page.path !== '/sign-out') await asRole(page, role, method)
    })
  }

  it('TI-01: and nothing of the other organization is another than it was', async () => {
    expect(await dumpOf(portal, 'meadow')).to.equal(rowsOfB)
  })

  async function asRole({ path }: Page, role: Role, method: string): Promise<void> {
    const wanted = wantedAt(path) ?? 'anyone'
    const visitor = ofA.get(role)!
    const answer = await ask(visitor, method, addressOf(path, 'own'))
    const about = `${method} ${path} by the ${role}`
    if (wanted !== 'anyone' && ROLES.indexOf(role) < ROLES.indexOf(wanted)) {
      expect(answer.status, about).to.equal(403)
      return
    }
    // Never refused, and on to nowhere but where this belongs: a redirect to sign-in would pass for an answer.
    expect(answer.status, about).to.be.oneOf(
      wanted === 'anyone' ? [200, 303, 404, 410, 422] : [200, 303, 422],
    )
    if (answer.status === 303 && wanted !== 'anyone')
      expect(answer.location, about).to.match(
        wanted === 'member' ? /^\/harbour\/account/ : /^\/harbour\/manage/,
      )
    if (!named.has(path)) return
    for (const what of ['foreign', 'malformed'] as const)
      expect((await ask(visitor, method, addressOf(path, what))).status, `${about}, ${what}`).to.equal(404)
  }

  /** Sends what a form of A would send, as far as it needs no typing. */
  const ask = (visitor: Visitor, method: string, address: string) =>
    visitor.send(method, address, method === 'POST' ? { csrf: visitor.csrf } : undefined)

  function addressOf(path: string, what: keyof Named): string {
    return `/harbour${path.replace(/:\w+/, () => named.get(path)?.[what] ?? '')}`
  }

  async function nameThings(): Promise<void> {
    for (const slug of ['harbour', 'meadow']) await asking(portal, slug).ask(portal.visitor(), 'mia')
    await portal.change('meadow', (settings) => ({
      ...settings,
      sms: { ...settings.sms, messagesPerDay: 1 },
    }))
    const ids = async (id: (slug: string) => Promise<string>): Promise<Named> => ({
      own: await id('harbour'),
      foreign: await id('meadow'),
      malformed: "x'--",
    })
    const people = await ids((slug) => idOf(portal, 'noah', slug))
    const requests = await ids(
      async (slug) => (await rowsOf<{ id: string }>(portal, slug, 'mia', 'recovery_requests'))[0]?.id ?? '',
    )
    const imports = await ids(
      async (slug) => (await broughtOver(portal, 'email\nsari@lintas.example\nsari@', slug)).found.id,
    )
    // What has a name and no id is alike in all organizations.
    const words = (own: string): Named => ({ own, foreign: 'constructor', malformed: '%00' })
    for (const { path } of pages.filter((page) => page.path.includes(':'))) named.set(path, namedIn(path))

    function namedIn(path: string): Named {
      if (path.startsWith('/manage/people/import')) return imports
      if (path.startsWith('/manage/people')) return people
      if (path.startsWith('/manage/requests')) return requests
      if (path.startsWith('/manage/history')) return { own: '1', foreign: '2', malformed: '1e0' }
      return words(path.endsWith(':why') ? 'nothing' : path.endsWith(':screen') ? 'identify' : 'used')
    }
  }

  async function signedIn(slug: string, role: Role): Promise<Visitor> {
    const visitor = portal.visitor()
    await signIn(visitor, PEOPLE[role], undefined, slug)
    return visitor
  }
})
