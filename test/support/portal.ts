import type { AddressInfo } from 'node:net'
import { openApp, type App } from '../../src/app.ts'
import { createPasswordHasher, type PasswordHasher } from '../../src/credentials/password.ts'
import { withOrganization, type Transaction } from '../../src/database/transaction.ts'
import { newLanes } from '../../src/delivery/dispatch.ts'
import type { Email, EmailSender, Sms, SmsSender } from '../../src/delivery/senders/sender.ts'
import type { Organization } from '../../src/organizations/organization.ts'
import { parseSettings, type PartialSettings, type Settings } from '../../src/organizations/settings.ts'
import type { LimitName } from '../../src/limits/limits.ts'
import { currentSettings, organizationBySlug, saveSettings } from '../../src/organizations/store.ts'
import { loadConfig, type Config } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import type { Words } from '../../src/i18n/words.ts'
import type { Strategy } from '../../src/recovery/strategy.ts'
import { createHttpServer } from '../../src/web/http.ts'
import { seedDemo } from '../../seeds/demo.ts'
import { stoppedClock, type StoppedClock } from './clock.ts'
import { freshDatabase, keepTemplate, POOL_SIZE, type FreshDatabase } from './database.ts'
import { Visitor } from './visitor.ts'
import { words } from './words.ts'

/** 198.51.100.0/24 is for documentation: nobody lives there. */
const LAST_OF_THE_BLOCK = 254

/** Close to the least that argon2 does. A thousand real hashes would take the suite 40 seconds of a core and prove no more. */
const QUICK = { memoryCost: 64, timeCost: 2, parallelism: 1 }

/** The whole product on a real database and a real port, with the demo's organizations, a stopped clock and a kept mailbox. */
export interface Portal {
  app: App
  clock: StoppedClock
  store: FreshDatabase
  url: string
  /** Everything that was written to the log, as JSON lines. */
  logged: string[]
  /** Every mail that was handed over, oldest first. */
  mailbox: Email[]
  /** Every text that was handed over, oldest first. */
  texts: Sms[]
  /** Sends all that is due, as the worker does. */
  deliver(): Promise<void>
  /** Somebody with a browser of their own, at a network address of their own. */
  visitor(address?: string): Visitor
  organization(slug: string): Promise<Organization>
  /** Runs work inside an organization, as the application does. */
  within<Result>(slug: string, work: (tx: Transaction) => Promise<Result>): Promise<Result>
  /** Saves changed settings of an organization as its owner would. */
  change(slug: string, change: (settings: Settings) => PartialSettings): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a portal. `config` changes what the demo's configuration says; `sender` takes the place of the kept mailbox
 * and `smsSender` of the kept texts (`own`: the one that the configuration says); `store` takes the place of a database on the suite's
 * server; `strategies` and `words` that of the product's own. Passwords are hashed quickly unless `hashing` says
 * `real`, which costs what it costs people; the demo's own are hashed quickly in any case. Messages leave one by one, so that the
 * last of the mailbox is the newest, unless `lanes` says `own`: then as many leave at once as the product sends.
 */
export async function openPortal(
  given: {
    config?: (config: Config) => Config
    sender?: EmailSender | 'own'
    smsSender?: SmsSender | 'own'
    strategies?: readonly Strategy[]
    words?: Words
    hashing?: 'quick' | 'real'
    lanes?: 'own'
    poolSize?: number
    store?: (clock: StoppedClock) => Promise<FreshDatabase>
  } = {},
): Promise<Portal> {
  const clock = stoppedClock()
  const store = await (given.store ?? ((running) => copyOfTheDemo(running, given.poolSize)))(clock)
  const logged: string[] = []
  const mailbox: Email[] = []
  const texts: Sms[] = []

  // The port first: the public address, of which every link is made, has it in it.
  const server = createHttpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://localhost:${port}`

  const config = (given.config ?? same)(configFor(url, given.poolSize))
  const app = openApp(config, {
    target: store.application,
    listenTarget: store.application,
    log: createLog('debug', { write: (line: string) => void logged.push(line) }),
    clock,
    ...(given.hashing === 'real' ? {} : { hasher: quickHasher(config.hashing) }),
    ...(given.sender === 'own' ? {} : { sender: given.sender ?? keptIn(mailbox) }),
    ...(given.strategies ? { strategies: given.strategies } : {}),
    // Compiled once for all portals: it takes longer than all else that opens one.
    words: given.words ?? words,
    ...(given.lanes === 'own' ? {} : { lanes: newLanes(1) }),
    ...(given.smsSender === 'own' ? {} : { smsSender: given.smsSender ?? textsKeptIn(texts) }),
  })
  if (given.store) await seedDemo(app.parts)
  const handle = app.koa.callback()
  server.on('request', (request, response) => void handle(request, response))

  const organization = async (slug: string) => {
    const found = await organizationBySlug(store.database, slug)
    if (!found) throw new Error(`no organization ${slug}`)
    return found
  }
  const within = async <Result>(slug: string, work: (tx: Transaction) => Promise<Result>) =>
    withOrganization(store.database, (await organization(slug)).id, work)
  let visitors = 0
  const nextAddress = () => {
    visitors += 1
    if (visitors > LAST_OF_THE_BLOCK) throw new Error('no address is left; open another portal')
    return `198.51.100.${visitors}`
  }

  return {
    app,
    clock,
    store,
    url,
    logged,
    mailbox,
    texts,
    async deliver() {
      while ((await app.dispatch()) > 0);
    },
    visitor: (address) => new Visitor(url, address ?? nextAddress()),
    organization,
    within,
    change: (slug, change) =>
      within(slug, async (tx) => {
        const { settings } = await currentSettings(tx)
        await saveSettings(tx, parseSettings(change(settings)))
      }),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await app.close()
      await store.close()
    },
  }
}

let demo: Promise<string> | undefined

/** The demo's people are planted once for all portals, at the instant where every stopped clock starts. */
async function copyOfTheDemo(clock: StoppedClock, poolSize?: number): Promise<FreshDatabase> {
  demo ??= keepTemplate(stoppedClock(), (database) =>
    seedDemo({
      database,
      hasher: quickHasher({ concurrency: 1, queue: 1 }),
      random: systemRandom,
      secrets: createSecrets(configFor('http://localhost').secretKeys, systemRandom),
    }),
  )
  return freshDatabase({ clock, template: await demo, ...(poolSize ? { poolSize } : {}) })
}

/** Opens a portal for one piece of work, and closes it also when that fails: an open one keeps the suite from ending. */
export async function withPortal(
  given: Parameters<typeof openPortal>[0],
  work: (portal: Portal) => Promise<void>,
): Promise<void> {
  const portal = await openPortal(given)
  try {
    await work(portal)
  } finally {
    await portal.close()
  }
}

/** A change of the configuration for `openPortal`: other counts for some of the limits. */
export function allowing(counts: Partial<Record<LimitName, number>>): (config: Config) => Config {
  return (config) => ({
    ...config,
    limits: Object.fromEntries(
      Object.entries(config.limits).map(([name, rule]) => [
        name,
        { ...rule, count: counts[name as LimitName] ?? rule.count },
      ]),
    ),
  })
}

/** The link of a mail. */
export function linkIn(email: Email | undefined): string {
  const link = /http:\/\/\S+\/recover\/link\?token=\S+/.exec(email?.text ?? '')?.[0]
  if (!link) throw new Error('there is no link in this mail')
  return link
}

/** The link of a mail that proves a mailbox. */
export function verificationIn(email: Email | undefined): string {
  const link = /http:\/\/\S+\/verify-email\?token=\S+/.exec(email?.text ?? '')?.[0]
  if (!link) throw new Error('there is no link to prove a mailbox in this mail')
  return link
}

function configFor(url: string, poolSize = POOL_SIZE): Config {
  const config = loadConfig({
    NODE_ENV: 'test',
    SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  })
  return {
    ...config,
    // One proxy in front, so that each visitor can come from an address of their own.
    server: { ...config.server, publicUrl: url, trustedProxies: 1 },
    database: { ...config.database, poolSize, statementTimeoutMs: 10_000, lockTimeoutMs: 10_000 },
  }
}

function quickHasher(hashing: Config['hashing']): PasswordHasher {
  return createPasswordHasher({ ...hashing, random: systemRandom, cost: QUICK })
}

function keptIn(mailbox: Email[]): EmailSender {
  return { send: (email) => Promise.resolve(void mailbox.push(email)), close: () => Promise.resolve() }
}

function textsKeptIn(texts: Sms[]): SmsSender {
  return {
    send: (sms) => Promise.resolve(texts.push(sms)).then(() => null),
    close: () => Promise.resolve(),
  }
}

function same(config: Config): Config {
  return config
}
