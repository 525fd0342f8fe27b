import { expect } from 'chai'
import { accountNamed } from '../../src/accounts/store.ts'
import { DAY, SECOND } from '../../src/platform/clock.ts'
import { newToken, systemRandom } from '../../src/platform/random.ts'
import {
  deviceHash,
  isKnownDevice,
  KNOWN_FOR,
  purgeDevices,
  rememberDevice,
} from '../../src/sessions/devices-store.ts'
import { openPortal, type Portal } from '../support/portal.ts'

describe('Known devices', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  const withAccount = <Result>(
    username: string,
    slug: string,
    work: (tx: Parameters<typeof rememberDevice>[0], accountId: string) => Promise<Result>,
  ) =>
    portal.within(slug, async (tx) => {
      const account = await accountNamed(tx, { kind: 'username', canonical: username })
      return work(tx, account?.id ?? '')
    })
  const remember = (username: string, brought?: string, slug = 'harbour') =>
    withAccount(username, slug, (tx, id) => rememberDevice(tx, systemRandom, id, brought))
  const isKnown = (username: string, token: string, slug = 'harbour') =>
    withAccount(username, slug, (tx, id) => isKnownDevice(tx, id, deviceHash(tx.organizationId, token)))

  it('are known to the account that signed in there, and to no other and nowhere else', async () => {
    const token = await remember('mia')
    expect(await isKnown('mia', token)).to.equal(true)
    expect(await isKnown('noah', token)).to.equal(false)
    expect(await isKnown('mia', token, 'summit')).to.equal(false)
    expect(await isKnown('mia', newToken(systemRandom))).to.equal(false)
  })

  it('get a new token at each sign-in, which is known for all who share the browser; the old one is known no more', async () => {
    const first = await remember('mia')
    const second = await remember('noah', first)
    expect([await isKnown('mia', second), await isKnown('noah', second)]).to.deep.equal([true, true])
    expect([await isKnown('mia', first), await isKnown('noah', first)]).to.deep.equal([false, false])
  })

  it('never come from a cookie that somebody planted', async () => {
    for (const planted of [newToken(systemRandom), 'x', '']) {
      const token = await remember('mia', planted)
      expect(token).not.to.equal(planted)
      expect(await isKnown('mia', planted)).to.equal(false)
    }
  })

  it('cannot be matched across organizations, though the browser is one', async () => {
    const token = newToken(systemRandom)
    const [harbour, summit] = await Promise.all([
      portal.organization('harbour'),
      portal.organization('summit'),
    ])
    const hashes = [deviceHash(harbour.id, token), deviceHash(summit.id, token)]
    expect(hashes[0]?.equals(hashes[1] ?? Buffer.alloc(0))).to.equal(false)
    expect(hashes[0]).to.have.length(32)
    expect([deviceHash(harbour.id, undefined), deviceHash(harbour.id, 'no token')]).to.deep.equal([
      null,
      null,
    ])
  })

  it('are forgotten a year after they were last seen', async () => {
    const token = await remember('mia')
    portal.clock.pass(KNOWN_FOR - SECOND)
    expect(await isKnown('mia', token)).to.equal(true)
    const renewed = await remember('mia', token)
    portal.clock.pass(KNOWN_FOR - SECOND)
    expect(await isKnown('mia', renewed), 'signing in again keeps it').to.equal(true)
    portal.clock.pass(SECOND)
    expect(await isKnown('mia', renewed)).to.equal(false)
    const count = () => portal.within('harbour', async (tx) => (await tx.rows('known_devices')).length)
    expect(await count()).to.equal(1)
    await portal.within('harbour', purgeDevices)
    expect(await count()).to.equal(0)
  })

  it('are ten for an account: the one seen longest ago gives way', async () => {
    const tokens: string[] = []
    for (let device = 0; device < 10; device += 1) {
      tokens.push(await remember('mia'))
      portal.clock.pass(DAY)
    }
    const [first = '', second = ''] = tokens
    const renewed = await remember('mia', first)
    portal.clock.pass(DAY)
    await remember('mia')
    expect(await isKnown('mia', second)).to.equal(false)
    for (const token of [renewed, ...tokens.slice(2)]) expect(await isKnown('mia', token)).to.equal(true)
  })
})
