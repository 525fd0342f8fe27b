import { expect } from 'chai'
import { HOUR } from '../../src/platform/clock.ts'
import { asking } from '../support/desk.ts'
import { decide, ownerOf } from '../support/owner.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { askForCode, askForLink, codeOfApp, createPassword, followLink, getLink } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

/** What people outside notice of one setting. */
type Look = (portal: Portal) => Promise<unknown>

interface Flip {
  setting: string
  change: Record<string, string>
  look: Look
  before: unknown
  after: unknown
}

/** Of acme, where both ways are offered and an authenticator is asked of who has one. */
const FLIPS: Flip[] = [
  {
    setting: 'methods',
    change: { 'method-sms-code': '' },
    look: async (portal) => buttonsOf(await portal.visitor().open('/acme/recover')),
    before: ['Proceed'],
    after: ['Send Reset Link'],
  },
  {
    setting: 'link lifetime',
    change: { linkLifetimeMinutes: '7' },
    look: async (portal) => {
      const visitor = portal.visitor()
      await askForLink(visitor, 'mia', 'acme')
      return /works for (\d+) minutes/.exec((await visitor.open('/acme/recover/sent')).text)?.[1]
    },
    before: '5',
    after: '7',
  },
  {
    setting: 'code lifetime',
    change: { codeLifetimeMinutes: '3' },
    look: async (portal) => {
      const visitor = portal.visitor()
      await askForCode(portal, visitor, 'mia', 'acme')
      return /(\d+) minutes/.exec(visitor.page.text)?.[1]
    },
    before: '5',
    after: '3',
  },
  {
    setting: 'authenticator',
    change: { authenticator: 'require' },
    look: async (portal) => (await afterLink(portal, 'mia')).address,
    before: '/acme/recover/password',
    after: '/acme/recover/enrol',
  },
  {
    setting: 'authenticator, of who has one',
    change: { authenticator: 'off' },
    look: async (portal) => (await afterLink(portal, 'noah')).address,
    before: '/acme/recover/authenticator',
    after: '/acme/recover/password',
  },
  {
    setting: 'unknown person',
    change: { unknownPerson: 'helpful' },
    look: async (portal) => {
      const visitor = portal.visitor()
      await visitor.open('/acme/recover')
      return (await visitor.press('Proceed', { identifier: 'nobody' })).status
    },
    before: 200,
    after: 422,
  },
  {
    setting: 'identifier',
    change: { identifier: 'email' },
    look: async (portal) =>
      (await portal.visitor().open('/acme/recover')).root.querySelector('label')?.textContent,
    before: 'Username or email',
    after: 'Email',
  },
  {
    setting: 'after a reset',
    change: { afterReset: 'sign-in' },
    look: async (portal) => {
      const noah = portal.visitor()
      await followLink(noah, await getLink(portal, noah, 'noah@acme.example', 'acme'))
      await noah.press('Continue', { code: codeOfApp(portal.clock.now()) })
      return (await createPassword(noah)).address
    },
    before: '/acme/account',
    after: '/acme/recover/done',
  },
  {
    setting: 'SMS alone for owners and administrators',
    change: { smsAloneForManagers: 'allowed' },
    look: (portal) => textsTo(portal, 'adam'),
    before: 0,
    after: 1,
  },
  {
    setting: 'countries',
    change: { countries: 'Indonesia' },
    look: (portal) => textsTo(portal, 'mia'),
    before: 1,
    after: 0,
  },
  {
    setting: 'texts a day',
    change: { messagesPerDay: '0' },
    look: (portal) => textsTo(portal, 'mia'),
    before: 1,
    after: 0,
  },
  {
    setting: 'wait after an approved request',
    change: { approvalHoldHours: '48' },
    look: async (portal) => {
      const desk = asking(portal, 'acme')
      await desk.ask(portal.visitor(), 'mia')
      const [until = ''] = /\S+Z/.exec(await desk.approve('mia', 'adam')) ?? []
      return (Date.parse(until) - portal.clock.now().getTime()) / HOUR
    },
    before: 24,
    after: 48,
  },
]

describe('Each setting of recovery, changed on the owner’s page, is seen on everybody’s', () => {
  for (const { setting, change, look, before: was, after: is } of FLIPS) {
    it(setting, async () => {
      for (const [decided, seen] of [
        [null, was],
        [change, is],
      ] as const) {
        // A portal each: what is looked at uses up a limit or a code.
        const portal = await openPortal()
        try {
          const owner = await ownerOf(portal, 'acme')
          if (decided) expect((await decide(owner, 'acme', decided)).text).to.contain('Saved as version 2')
          await portal.deliver()
          expect(await look(portal)).to.deep.equal(seen)
        } finally {
          await portal.close()
        }
      }
    })
  }
})

function buttonsOf(page: Page): string[] {
  return page.root.querySelectorAll('main button').map((button) => button.textContent.trim())
}

async function afterLink(portal: Portal, username: string): Promise<Page> {
  const visitor: Visitor = portal.visitor()
  return followLink(visitor, await getLink(portal, visitor, `${username}@acme.example`, 'acme'))
}

async function textsTo(portal: Portal, username: string): Promise<number> {
  await askForCode(portal, portal.visitor(), username, 'acme')
  return portal.texts.length
}
