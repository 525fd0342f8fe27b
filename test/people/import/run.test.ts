import { EventEmitter, once } from 'node:events'
import { expect } from 'chai'
import { newAccount } from '../../../src/accounts/account.ts'
import { accountNamed, addAccount, changeStanding, lockAccount } from '../../../src/accounts/store.ts'
import { foreignCosts, passwordOf } from '../../../src/credentials/store.ts'
import { DAY } from '../../../src/platform/clock.ts'
import { newId, systemRandom } from '../../../src/platform/random.ts'
import { makerNamed } from '../../../src/people/add.ts'
import { proposeImport, type Proposed } from '../../../src/people/import/propose.ts'
import { takeImport } from '../../../src/people/import/store.ts'
import { importHere } from '../../support/import-pages.ts'
import {
  bringAll,
  bringSome,
  broughtOver,
  keptOf,
  lookedAt,
  OLD_HASH,
  OLD_PASSWORD,
  propose,
  start,
} from '../../support/import.ts'
import { untilWaiting } from '../../support/locks.ts'
import { openPortal, type Portal } from '../../support/portal.ts'
import { canSignIn, signIn } from '../../support/steps.ts'

const HEAD = 'username,email,phone,full_name,role,password_hash'
const many = (count: number) =>
  `email\n${Array.from({ length: count }, (_, index) => `p${index}@lintas.example`).join('\n')}`

describe('bringing people over', () => {
  let portal: Portal

  beforeEach(async () => {
    portal = await openPortal()
  })
  afterEach(() => portal.close())

  const person = (username: string) =>
    portal.within('harbour', (tx) => accountNamed(tx, { kind: 'username', canonical: username }))
  const rowsLeft = () => portal.within('harbour', (tx) => tx.sql('import_batches').select('kind'))
  const peopleAt = (slug: string) =>
    portal.within(slug, async (tx) => (await tx.sql('accounts').select('id')).length)

  it('makes accounts that are found, reached and told of like every other', async () => {
    const { found } = await broughtOver(
      portal,
      `${HEAD}\nsari,sari@lintas.example,+62812 3456 7890,Sari Dewi,administrator,${OLD_HASH}\n`,
    )
    expect(found).to.include({ state: 'done', made: 1, skipped: 0 })
    const sari = await person('sari')
    expect(sari).to.include({
      fullName: 'Sari Dewi',
      role: 'administrator',
      email: 'sari@lintas.example',
      phone: '+6281234567890',
      phoneVerifiedAt: null,
    })
    expect(sari?.emailVerifiedAt).to.be.instanceOf(Date)
    const olivia = portal.visitor()
    await signIn(olivia, 'olivia')
    expect((await olivia.open('/harbour/manage/people?q=dewi')).text).to.contain('Sari Dewi')
    expect((await olivia.open('/harbour/manage/activity')).text).to.contain('Sari Dewi')
    const kinds = await portal.within('harbour', (tx) =>
      tx
        .sql('audit_events')
        .where({ subject_id: sari?.id ?? '' })
        .select('kind'),
    )
    expect(kinds).to.deep.equal([{ kind: 'person.created' }])
    await portal.deliver()
    const told = portal.mailbox.map(({ to, text }) => [
      to,
      text.includes('Sari Dewi has been an administrator'),
    ])
    expect(told, 'that somebody comes to run the organization').to.deep.equal([
      ['olivia@harbour.example', true],
    ])
  })

  it('lets people in with the password that they had, whose hash is ours from then on', async () => {
    await broughtOver(portal, `username,hash\nsari,${OLD_HASH}\nbudi,${OLD_HASH}`)
    const hashOf = async (name: string) => {
      const id = (await person(name))?.id ?? ''
      return portal.within('harbour', async (tx) => (await passwordOf(tx, id))?.hash)
    }
    expect(await canSignIn(portal, 'Tr4vel-Lamp!8', 'sari')).to.equal(false)
    expect(await hashOf('sari')).to.equal(OLD_HASH)
    expect(await canSignIn(portal, OLD_PASSWORD, 'sari')).to.equal(true)
    expect(await hashOf('sari')).to.match(/^\$argon2id\$/)
    expect(await canSignIn(portal, OLD_PASSWORD, 'sari')).to.equal(true)
    const costs = () => portal.within('harbour', foreignCosts)
    await portal.app.keepHouse()
    expect(await costs()).to.deep.equal([{ kind: 'bcrypt', work: 64 }])
    expect(await canSignIn(portal, OLD_PASSWORD, 'budi')).to.equal(true)
    await portal.app.keepHouse()
    expect(await costs(), 'when the last of them was made anew').to.deep.equal([])
  })

  it('invites those who bring no password along, if it is wanted, and one after another', async () => {
    const csv = `email,hash\nsari@lintas.example,\nbudi@lintas.example,${OLD_HASH}\ntuti@lintas.example,`
    await broughtOver(portal, csv, 'harbour', true)
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['sari@lintas.example'])
    portal.clock.pass(1000)
    await portal.deliver()
    expect(portal.mailbox.map(({ to }) => to)).to.deep.equal(['sari@lintas.example', 'tuti@lintas.example'])
    await broughtOver(portal, 'email\nrani@lintas.example', 'harbour', false)
    portal.clock.pass(1000)
    await portal.deliver()
    expect(portal.mailbox, 'nobody was asked to invite her').to.have.length(2)
  })

  it('erases what people’s rows said as soon as it is done with them, and bad ones after a day', async () => {
    const { found } = await lookedAt(portal, `${many(600)}\nbad@\n`)
    const sealed = await portal.within('harbour', (tx) => tx.sql('import_batches').select('rows_sealed'))
    expect(JSON.stringify(sealed)).to.not.contain('lintas')
    await start(portal, found.id)
    await bringSome(portal, found.id)
    expect(await rowsLeft()).to.have.length(3)
    await bringAll(portal)
    expect(await rowsLeft()).to.deep.equal([{ kind: 'bad' }])
    portal.clock.pass(DAY)
    await portal.app.keepHouse()
    expect(await rowsLeft()).to.deep.equal([])
    expect((await keptOf(portal, found.id)).found).to.include({ state: 'done', made: 600, bad: 1 })
    portal.clock.pass(90 * DAY)
    await portal.app.keepHouse()
    expect(await portal.within('harbour', (tx) => tx.sql('imports'))).to.deep.equal([])
  })

  it('forgets after a day what nobody started, and stops what nobody moves', async () => {
    const proposed = await lookedAt(portal, many(1))
    const running = await lookedAt(portal, many(2), 'meadow')
    await start(portal, running.found.id, 'meadow')
    portal.clock.pass(DAY)
    await portal.app.keepHouse()
    expect(await portal.within('harbour', (tx) => tx.sql('imports'))).to.deep.equal([])
    expect((await keptOf(portal, running.found.id, 'meadow')).found.state).to.equal('stopped')
    const ended = await portal.within('meadow', (tx) =>
      tx.sql('audit_events').where({ kind: 'people.import-ended' }).select('actor', 'outcome'),
    )
    expect(ended, 'the log has its end too').to.deep.equal([{ actor: 'system', outcome: 'refused' }])
    expect(await portal.within('meadow', (tx) => tx.sql('import_batches'))).to.deep.equal([])
    expect(await start(portal, proposed.found.id)).to.deep.equal({ outcome: 'gone' })
    expect(await portal.app.importPeople()).to.equal(0)
  })

  it('passes over whose name or address was taken since the file was looked at and says so, and who came by themselves', async () => {
    const { found } = await lookedAt(
      portal,
      `${HEAD}\nsari,sari@lintas.example,,,,\nbudi,budi@lintas.example,,,,\n,tuti@lintas.example,,,,`,
    )
    const olivia = await importHere(portal, 'olivia')
    await olivia.start(await olivia.look('username,email\nsari,other@lintas.example\n,tuti@lintas.example'))
    await bringAll(portal)
    await start(portal, found.id)
    await bringAll(portal)
    const kept = await keptOf(portal, found.id)
    expect(kept.found).to.include({ state: 'done', good: 2, there: 1, made: 1, skipped: 1 })
    expect(kept.bad.map(({ row, faults }) => [row, faults])).to.deep.equal([
      [2, [{ column: 'username', why: 'taken' }]],
    ])
  })

  it('passes over an address that is taken in the very moment', async () => {
    const { found } = await lookedAt(portal, 'email\nsari@lintas.example\nbudi@lintas.example')
    await start(portal, found.id)
    const held = new EventEmitter()
    const isHeld = once(held, 'held')
    const signUp = portal.within('harbour', async (tx) => {
      const account = newAccount({
        id: newId(systemRandom, tx.now),
        fullName: 'Sari',
        email: 'sari@lintas.example',
      })
      await addAccount(tx, account)
      held.emit('held')
      // Until the import waits for this address.
      await untilWaiting(tx, 1)
    })
    await isHeld
    await bringAll(portal)
    await signUp
    const kept = await keptOf(portal, found.id)
    expect(kept.found).to.include({ made: 1, skipped: 1 })
    expect(kept.bad.map(({ row, faults }) => [row, faults])).to.deep.equal([
      [2, [{ column: 'email', why: 'taken' }]],
    ])
  })

  it('of two imports at once in one organization, one is told that another runs; others’ go on', async () => {
    const first = await lookedAt(portal, many(3))
    const olivia = await importHere(portal, 'olivia')
    const second = await olivia.look('email\nsari@lintas.example')
    const elsewhere = await lookedAt(portal, many(3), 'meadow')
    const [one, other, third] = await Promise.all([
      start(portal, first.found.id),
      olivia.start(second),
      start(portal, elsewhere.found.id, 'meadow'),
    ])
    expect(third.outcome).to.equal('started')
    const refused = other.text.includes('Another import is running')
    expect([one.outcome, refused]).to.deep.be.oneOf([
      ['started', true],
      ['another-runs', false],
    ])
    await bringAll(portal)
    expect(await peopleAt('meadow')).to.equal(8)
  })

  it('is stopped also while a worker has it in hand', async () => {
    const olivia = await importHere(portal, 'olivia')
    const id = await olivia.look(many(3))
    await olivia.start(id)
    const held = new EventEmitter()
    const isHeld = once(held, 'held')
    const working = portal.within('harbour', async (tx) => {
      await takeImport(tx, id)
      held.emit('held')
      await untilWaiting(tx, 1)
      // As a worker goes on: who stops it must not hold what it wants next.
      await lockAccount(tx, (await person('olivia'))?.id ?? '')
    })
    await isHeld
    await olivia.visitor.press('Stop the import')
    await working
    expect((await keptOf(portal, id)).found.state).to.equal('stopped')
  })

  it('is looked at to its end also while its maker has another file looked at', async () => {
    const { id } = await portal.organization('harbour')
    const second: Proposed[] = []
    async function* slowly() {
      yield Buffer.from(`${many(300)}\n`)
      second.push(await propose(portal, many(2)))
      yield Buffer.from('last@lintas.example\n')
    }
    const first = await proposeImport(portal.app.parts, id, makerNamed(null), slowly())
    expect([first, ...second].map(({ outcome }) => outcome)).to.deep.equal(['proposed', 'proposed'])
    expect(first.outcome === 'proposed' && (await keptOf(portal, first.id)).found.good).to.equal(301)
  })

  it('is brought over once, however many workers are at it', async () => {
    const { found } = await lookedAt(portal, many(1200))
    await start(portal, found.id)
    const before = await peopleAt('harbour')
    await Promise.all([1, 2, 3].map(() => bringAll(portal)))
    await bringAll(portal)
    expect((await peopleAt('harbour')) - before).to.equal(1200)
    expect((await keptOf(portal, found.id)).found).to.include({ state: 'done', made: 1200, skipped: 0 })
  })

  it('stops when who began it runs the organization no more, and gives no role that they may not give', async () => {
    const olivia = await importHere(portal, 'olivia')
    const id = await olivia.look('email,role\nsari@lintas.example,owner\nbudi@lintas.example,member')
    await olivia.start(id)
    const account = await person('olivia')
    await portal.within('harbour', (tx) => changeStanding(tx, account?.id ?? '', { role: 'administrator' }))
    await bringAll(portal)
    const { found, bad } = await keptOf(portal, id)
    expect(found).to.include({ state: 'done', made: 1, skipped: 1 })
    expect(bad[0]?.faults).to.deep.equal([{ column: 'role', why: 'role-not-yours' }])
    await portal.within('harbour', (tx) => changeStanding(tx, account?.id ?? '', { role: 'owner' }))
    const next = await importHere(portal, 'olivia')
    const another = await next.look('email\ntuti@lintas.example')
    await next.start(another)
    await portal.within('harbour', (tx) => changeStanding(tx, account?.id ?? '', { role: 'member' }))
    await bringAll(portal)
    expect((await keptOf(portal, another)).found).to.include({ state: 'stopped', made: 0 })
    expect(await rowsLeft()).to.deep.equal([{ kind: 'bad' }])
  })
})
