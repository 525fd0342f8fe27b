import { DEMO_ORGANIZATIONS } from '../../seeds/demo-organizations.ts'
import { sentMessages } from '../../src/delivery/outbox.ts'
import { latchkey } from '../cli/process.ts'
import { until } from '../database/embedded-rig.ts'
import { freePort } from '../faults/process.ts'
import { freshDatabase } from '../support/database.ts'
import { isSignedIn, RINAS_PASSWORD, signIn, signUp, verify } from '../support/steps.ts'
import { Visitor, type Page } from '../support/visitor.ts'
import type { Chance } from './chance.ts'
import { buildOlder, type Older } from './older.ts'
import { addPerson } from './people.ts'
import { say } from './print.ts'
import { Recovery, type Place } from './recovery.ts'
import { WALKS } from './walks.ts'

const ACME = DEMO_ORGANIZATIONS.find(({ slug }) => slug === 'acme')!

/**
 * Lets so many people recover, and as many sign up, while an older release and today's serve one database, and each request
 * goes to either by chance. Returns whether everybody came to the end and all was as it must be.
 */
export async function soakReleases(count: number, chance: Chance, commit?: string): Promise<boolean> {
  const older = buildOlder(commit)
  say(`${older.commit} beside today's`)
  let faults = 0
  const note = (who: string) => (error: unknown) => {
    faults += 1
    say(`${who}: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    await besideEachOther(older, chance, async (place) => {
      for (let index = 0; index < count; index += 1) {
        await recover(place, index).catch(note(`recovery ${index}`))
        await comeIn(place, index).catch(note(`sign-up ${index}`))
      }
    })
  } finally {
    older.remove()
  }
  say(`${count} recoveries and as many sign-ups, of which ${faults} failed`)
  return faults === 0
}

async function besideEachOther(
  { folder }: Older,
  chance: Chance,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const store = await freshDatabase()
  const ports = [await freePort(), await freePort()]
  const host = `localhost:${ports[0]}`
  const environment = (port: number | undefined) => ({
    PORT: String(port),
    PUBLIC_URL: `http://${host}`,
    TRUSTED_PROXIES: '1',
    LOG_LEVEL: 'error',
  })
  const today = latchkey(['demo'], store, environment(ports[0]))
  const before = latchkey(['serve'], store, environment(ports[1]), folder)
  try {
    await today.says('Ctrl-C stops everything')
    await before.says('Serving')
    const browser = (address: string) => new Wanderer(host, ports, address, chance)
    await work({ database: store.database, browser })
  } finally {
    for (const { out, err } of [await today.end(), await before.end()])
      for (const line of (out + err).split('\n')) if (line.includes('"level":"error"')) say(line)
    await store.close()
  }
}

async function recover(place: Place, index: number): Promise<void> {
  const walk = WALKS[index % WALKS.length]!
  const recovery = new Recovery(place, await addPerson(place.database, walk.slug, index), walk)
  await recovery.signInBefore()
  for (const step of walk.steps.keys()) await recovery.go(step)
  const { outcome, faults } = await recovery.look(place)
  if (faults.length > 0) throw new Error(faults.join('; '))
  if (outcome !== 'acknowledged') throw new Error(`it came to ${outcome}`)
}

/** Signs up, proves the mailbox, signs in elsewhere and out again. */
async function comeIn(place: Place, index: number): Promise<void> {
  const email = `newcomer-${index}@lintas.example`
  const [first, second] = [place.browser(`198.18.${index}.7`), place.browser(`198.19.${index}.7`)]
  await signUp(first, { email, phone: '' }, ACME.slug)
  const link = await until('the link of the sign-up came', async () => {
    const sent = await sentMessages(place.database, [ACME.id], 20)
    return /\/acme\/verify-email\?token=\S+/.exec(sent.find(({ to }) => to === email)?.text ?? '')?.[0]
  })
  must((await verify(first, link)).heading === 'Verification successful.', first.page)
  must((await signIn(second, email, RINAS_PASSWORD, ACME.slug)).address === '/acme/account', second.page)
  await second.press('Sign out')
  must(!(await isSignedIn(second, ACME.slug)), second.page)
}

function must(isSo: boolean, { address, status, text }: Page): void {
  if (!isSo) throw new Error(`${address} answered ${status}: ${text}`)
}

/** Somebody whose requests a load balancer sends to either of two processes. */
class Wanderer extends Visitor {
  readonly #host: string
  readonly #ports: readonly number[]
  readonly #chance: Chance

  constructor(host: string, ports: readonly number[], address: string, chance: Chance) {
    super(`http://${host}`, address)
    this.#host = host
    this.#ports = ports
    this.#chance = chance
  }

  override send(...[method, address, body, headers]: Parameters<Visitor['send']>): Promise<Page> {
    const port = this.#ports[Math.floor(this.#chance() * this.#ports.length)]
    const { pathname, search } = this.resolve(address)
    const target = `http://localhost:${port}${pathname}${search}`
    return super.send(method, target, body, { ...headers, Host: this.#host })
  }
}
