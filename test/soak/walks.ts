import { systemClock } from '../../src/platform/clock.ts'
import { codeOfApp, NEW_PASSWORD } from '../support/steps.ts'
import type { Visitor } from '../support/visitor.ts'

/** Somebody who recovers, and what they came to hold on the way. */
export interface Person {
  id: string
  username: string
  email: string
  phone: string
  /** The link of the mail, without the origin; null before it came, or where a code did. */
  link: string | null
  /** A recovery code of the authenticator that was set up; null before. */
  recoveryCode: string | null
  /** Whether the answer came that the new password is set. */
  isAcknowledged: boolean
}

/** One recovery, as the steps of somebody in a browser; `read` waits for the message and finds a pattern in it. */
export interface Walk {
  slug: string
  enrols: boolean
  steps: [name: string, go: (browser: Visitor, person: Person, read: Read) => Promise<unknown>][]
}

export type Read = (pattern: RegExp) => Promise<string>

const setPassword = async (browser: Visitor, person: Person) => {
  const answer = await browser.submit('Create Password', {
    password: NEW_PASSWORD,
    confirmation: NEW_PASSWORD,
  })
  if (answer.status !== 303 || !/\/(recover\/done|account)$/.test(answer.location ?? ''))
    throw new Error(`the new password was answered with ${answer.status}: ${answer.text}`)
  person.isAcknowledged = true
}

/** By a link in a mail, with an authenticator to set up. */
const byLink: Walk = {
  slug: 'lantern',
  enrols: true,
  steps: [
    [
      'asking for a link',
      async (browser, { username }) => {
        await browser.open('/lantern/recover')
        await browser.press('Send Reset Link', { identifier: username })
      },
    ],
    [
      'opening the link',
      async (browser, person, read) => {
        person.link = await read(/\/lantern\/recover\/link\?token=[A-Za-z0-9_-]{43}/)
        await browser.open(person.link)
        await browser.press('Continue')
      },
    ],
    [
      'setting up the authenticator',
      async (browser) => {
        const key = (browser.page.root.querySelector('code.key')?.textContent ?? '').replaceAll(' ', '')
        await browser.press('Continue', { code: codeOfApp(systemClock.now(), key) })
      },
    ],
    [
      'keeping the codes',
      async (browser, person) => {
        const [typed, kept] = browser.page.root.querySelectorAll('.codes code')
        person.recoveryCode = kept?.textContent ?? null
        await browser.press('Continue', { code: typed?.textContent ?? '' })
      },
    ],
    ['setting the password (link)', setPassword],
  ],
}

/** By a code in a text. */
const bySms: Walk = {
  slug: 'acme',
  enrols: false,
  steps: [
    [
      'asking for a code',
      async (browser, { username }) => {
        await browser.open('/acme/recover')
        await browser.press('Proceed', { identifier: username })
        await browser.press('Proceed', { method: 'sms-code' })
      },
    ],
    [
      'typing the code',
      async (browser, _person, read) => {
        const text = await read(/#\d{8}$/)
        await browser.press('Continue', { code: text.slice(1) })
      },
    ],
    ['setting the password (code)', setPassword],
  ],
}

export const WALKS: readonly Walk[] = [byLink, bySms]
