import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { createCapturingSender, createCapturingSmsSender } from '../../src/delivery/senders/captured.ts'
import type { EmailSender, SmsSender } from '../../src/delivery/senders/sender.ts'
import type { Config } from '../../src/platform/config.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { sharedBrowser } from '../support/browser.ts'
import { openPortal, type Portal } from '../support/portal.ts'

/** A portal whose messages lie in the demo's outbox, and a real browser to look at it with. */
export interface Rig {
  portal: Portal
  /** Opens a browser profile of its own, without cookies. */
  person(options?: BrowserContextOptions): Promise<Page>
  /** From all of them: errors of scripts and of the security policy, warnings, and requests that left for elsewhere. */
  complaints: string[]
  close(): Promise<void>
}

export const PHONE = { width: 390, height: 844 }
export const DESKTOP = { width: 1280, height: 800 }

/**
 * Each journey is walked in both, so in each size, and with scripts and without. The other two pairs would tell no more: no
 * script asks for the size (a test says so), and every-page.test.ts looks at every page in both sizes.
 */
export const WAYS = [
  { name: 'on a phone', viewport: PHONE, javaScriptEnabled: true },
  { name: 'on a desk without scripts', viewport: DESKTOP, javaScriptEnabled: false },
]

/** As long as a person waits for a page; a test that needs longer has found a fault. */
const PATIENCE_MS = 5000

/** Opens a portal for a browser; `isDemo: false` shows it as an organization's own people see it. */
export async function openRig({ isDemo = true } = {}): Promise<Rig> {
  const browser = await sharedBrowser()
  const portal: Portal = await openPortal({
    sender: outboxOf(() => portal),
    smsSender: textsOf(() => portal),
    config: (config) => impatient(isDemo ? config : { ...config, environment: 'production' }),
  })
  const complaints: string[] = []
  const profiles: BrowserContext[] = []
  return {
    portal,
    complaints,
    async person(options = {}) {
      // Colours that are still on their way to others are no colours to judge.
      const calm = { baseURL: portal.url, reducedMotion: 'reduce', viewport: DESKTOP } as const
      const context = await browser.newContext({ ...calm, ...options })
      profiles.push(context)
      context.setDefaultTimeout(PATIENCE_MS)
      listen(context, portal.url, complaints)
      return context.newPage()
    },
    async close() {
      await Promise.all(profiles.map((profile) => profile.close()))
      await portal.close()
    },
  }
}

/** With this, a table that somebody holds makes the portal say 503 at once and not after seconds. */
function impatient(config: Config): Config {
  return { ...config, database: { ...config.database, lockTimeoutMs: 150 } }
}

/** The demo's own senders. They need the portal's database, which is there by the time that a message is sent. */
function outboxOf(portal: () => Portal): EmailSender {
  return {
    send: (email) => createCapturingSender(keeping(portal())).send(email),
    close: () => Promise.resolve(),
  }
}

function textsOf(portal: () => Portal): SmsSender {
  return {
    send: (sms) => createCapturingSmsSender(keeping(portal())).send(sms),
    close: () => Promise.resolve(),
  }
}

function keeping({ store }: Portal) {
  return { database: store.database, random: systemRandom }
}

function listen(context: BrowserContext, origin: string, complaints: string[]): void {
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return
    // Chromium calls it an error when a page is answered with 422 or 404 on purpose.
    const isPageItself = message.location().url === message.page()?.url()
    if (isPageItself && message.text().startsWith('Failed to load resource')) return
    complaints.push(`${message.location().url}: ${message.text()}`)
  })
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`a request left for ${request.url()}`)
  })
}
