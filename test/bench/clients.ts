import { newAccount } from '../../src/accounts/account.ts'
import { addAccount } from '../../src/accounts/store.ts'
import { savePassword } from '../../src/credentials/store.ts'
import type { Config } from '../../src/platform/config.ts'
import { newId } from '../../src/platform/random.ts'
import type { Portal } from '../support/portal.ts'

/** The organization whose portal is measured: uniform answers, username or email. */
export const ORGANIZATION = 'acme'
export const PASSWORD = 'Bench-Lamp!4821'

/** A configuration with limits that nobody comes to: what they would stop after a few is just what is measured. */
export function withoutLimits(config: Config): Config {
  const limits = Object.keys(config.limits).map(
    (name) => [name, { count: 1_000_000, seconds: 3600 }] as const,
  )
  return { ...config, limits: Object.fromEntries(limits) }
}

/** Sends a form as a browser that has opened its page once; each time from another network address. */
export type Post = (fields: Record<string, string>, expected: number) => Promise<void>

/** Adds people, `bench-0` and on, each with a verified address, all with one password. */
export async function addPeople(portal: Portal, count: number): Promise<void> {
  const { hasher, random } = portal.app.parts
  // One way alone: nobody is asked which one, and each request is a mail.
  await portal.change(ORGANIZATION, (settings) => ({
    ...settings,
    recovery: { ...settings.recovery, methods: ['email-link'] },
  }))
  const hash = await hasher.hash(PASSWORD)
  await portal.within(ORGANIZATION, async (tx) => {
    for (let index = 0; index < count; index += 1) {
      const id = newId(random, tx.now)
      const person = newAccount({
        id,
        username: nameOf(index),
        fullName: `Person ${index}`,
        email: `${nameOf(index)}@${ORGANIZATION}.example`,
        emailVerifiedAt: tx.now,
      })
      await addAccount(tx, person)
      await savePassword(tx, id, hash)
    }
  })
}

export function nameOf(index: number): string {
  return `bench-${index}`
}

let addresses = 0

/** A browser at a page of the organization, as `Post`. Throws for an answer that was not expected, so that no fault is measured. */
export async function browserAt(portal: Portal, path: string): Promise<Post> {
  const address = `/${ORGANIZATION}${path}`
  const browser = portal.visitor()
  await browser.open(address)
  const { csrf } = browser
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  return async (fields, expected) => {
    const number = ++addresses
    const answer = await browser.send(
      'POST',
      address,
      { ...fields, csrf },
      {
        // The cookies of the first visit only: every request is somebody's first.
        Cookie: cookie,
        'X-Forwarded-For': `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
      },
    )
    if (answer.status !== expected) throw new Error(`${address} answered ${answer.status}, not ${expected}`)
  }
}
