import { expect } from 'chai'
import { DEMO_AUTHENTICATOR } from '../../seeds/demo-organizations.ts'
import { firstAccounts } from '../../src/accounts/store.ts'
import { CommandFailed } from '../../src/cli/command.ts'
import { bindAuthenticator, spendFactor } from '../../src/credentials/authenticator-store.ts'
import { newTotpSecret } from '../../src/credentials/totp.ts'
import { after, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts'
import { newId, systemRandom } from '../../src/platform/random.ts'
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts'
import { terminal } from '../cli/terminal.ts'
import { NEW_KEY, OLD_KEY, restartWith } from '../support/keys.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import {
  askForCode,
  canSignIn,
  codeIn,
  codeOfApp,
  createPassword,
  followLink,
  getLink,
  NEW_PASSWORD,
  setUpAuthenticator,
  signIn,
} from '../support/steps.ts'

const PEOPLE = 170
const SLUGS = ['acme', 'harbour']
/** Each person's app shows three codes that may be typed at one instant. */
const STEPS = [-30, 0, 30]

/** As many as there are connections: nobody waits for one so long that they are turned away. */
const AT_A_TIME = 20

interface Person {
  slug: string
  id: string
  key: string
}

describe('attacks: the secret key is changed while the portal serves', () => {
  let portal: Portal
  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  /** As the operator does: again, where something was just in use. */
  const rotate = async () => {
    for (let times = 1; times < 5; times += 1) {
      const error: unknown = await terminal(portal)
        .type('keys', 'rotate')
        .catch((thrown: unknown) => thrown)
      if (!(error instanceof CommandFailed)) return expect(error).to.equal(undefined)
    }
    return terminal(portal).type('keys', 'rotate')
  }

  it('TO-18: of 1,000 codes typed while the key is rotated, and of those typed when the old one is gone, none fails', async function () {
    this.timeout(60_000)
    const people = await enrol()
    // Of a rolling restart: some processes have the new key in front, some have it last.
    const processes = [
      [OLD_KEY, NEW_KEY],
      [NEW_KEY, OLD_KEY],
    ].map((keys) => createSecrets(keys, systemRandom))
    const verify = (person: Person, secrets: Secrets, offset = 0) =>
      portal.within(person.slug, (tx) => {
        const code = codeOfApp(after(tx.now, offset * SECOND), person.key)
        return spendFactor(tx, secrets, person.id, code)
      })

    restartWith(portal, NEW_KEY, OLD_KEY)
    let verified = 0
    const typing = atATime(people, async (person, index) => {
      for (const [step, offset] of STEPS.entries())
        if (await verify(person, processes[(index + step) % 2]!, offset)) verified += 1
    })
    await rotate()
    expect(verified, 'while the key was rotated').to.be.above(0)
    await typing
    expect(verified)
      .to.equal(people.length * STEPS.length)
      .and.to.be.above(1000)

    // The app of somebody who set it up at a process that was restarted last.
    const late = people[0]!
    await portal.within(late.slug, (tx) =>
      bindAuthenticator(tx, processes[0]!, late.id, { secret: late.key, lastStep: 0, codes: [] }),
    )
    await rotate()

    portal.clock.pass(2 * MINUTE)
    const withoutTheOld = createSecrets([NEW_KEY], systemRandom)
    let failed = 0
    await atATime(people, async (person) => {
      if ((await verify(person, withoutTheOld)) === null) failed += 1
    })
    expect(failed).to.equal(0)
  })

  it('TO-18: nobody in the middle of anything is turned away, at any stage of a rotation', async () => {
    const [mia, noah, reader] = [portal.visitor(), portal.visitor(), portal.visitor()]
    await askForCode(portal, mia, 'mia', 'acme')
    await followLink(noah, await getLink(portal, noah, 'adam@lantern.example', 'lantern'))
    const expired = await getLink(portal, reader, 'mia@harbour.example')
    portal.clock.pass(4 * MINUTE)

    restartWith(portal, OLD_KEY, NEW_KEY)
    restartWith(portal, NEW_KEY, OLD_KEY)
    await rotate()
    await mia.press('Continue', { code: codeIn(portal.texts[0]) })
    expect(mia.page.address).to.equal('/acme/recover/password')

    // Three days may pass for everybody else; who is in the middle has twenty minutes.
    restartWith(portal, NEW_KEY)
    await noah.open('/lantern/recover/enrol')
    const key = await setUpAuthenticator(portal, noah)
    await createPassword(noah)
    portal.clock.pass(MINUTE)
    expect(await canSignIn(portal, NEW_PASSWORD, 'adam@lantern.example', 'lantern')).to.equal(true)
    const adam = portal.visitor()
    await signIn(adam, 'adam@lantern.example', NEW_PASSWORD, 'lantern')
    await adam.press('Sign in', { code: codeOfApp(portal.clock.now(), key) })
    expect(adam.page.address).to.equal('/lantern/account')

    portal.clock.pass(HOUR)
    await reader.open(expired)
    await reader.press('Send a fresh link')
    await portal.deliver()
    expect(linkIn(portal.mailbox.at(-1))).to.not.equal(expired)
  })

  async function enrol(): Promise<Person[]> {
    const secrets = createSecrets([OLD_KEY], systemRandom)
    const enrolled: Person[] = []
    for (const slug of SLUGS)
      await portal.within(slug, async (tx) => {
        for (let made = 0; made < PEOPLE; made += 1) {
          const id = newId(systemRandom, tx.now)
          const facts = { full_name: 'Noah', role: 'member', state: 'active', security_epoch: 0 }
          await tx.insert('accounts', { id, created_at: tx.now, ...facts })
          const secret = newTotpSecret(systemRandom)
          await bindAuthenticator(tx, secrets, id, { secret, lastStep: 0, codes: [] })
          enrolled.push({ slug, id, key: secret })
        }
        const noah = (await firstAccounts(tx, 1000)).find(
          ({ username }) => username === DEMO_AUTHENTICATOR.username,
        )
        enrolled.push({ slug, id: noah!.id, key: DEMO_AUTHENTICATOR.key })
      })
    return enrolled
  }
})

async function atATime(
  people: Person[],
  work: (person: Person, index: number) => Promise<void>,
): Promise<void> {
  const waiting = people.entries()
  const workers = Array.from({ length: AT_A_TIME }, async () => {
    for (const [index, person] of waiting) await work(person, index)
  })
  await Promise.all(workers)
}
