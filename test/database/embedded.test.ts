import { expect } from 'chai'
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbedded } from '../../src/database/embedded.ts'
import { fastFolder } from '../support/database.ts'
import {
  ask,
  isRoot,
  lockFile,
  logOf,
  nobody,
  refusal,
  self,
  serverPid,
  startApplication,
  stateOf,
  until,
  type Identity,
} from './embedded-rig.ts'

describe('The private PostgreSQL', () => {
  // One cluster for all tests of an identity: to make one takes longer than all that is done with it.
  let dataDir = ''

  function makeFolder(identity: Identity): void {
    dataDir = mkdtempSync(join(fastFolder(), 'latchkey-embedded-'))
    chownSync(dataDir, identity.uid, identity.gid)
  }

  afterEach(() => until('every server has stopped', async () => (await stateOf(dataDir)) === 'none'))

  describe(`started by ${self.title}`, () => {
    before(() => makeFolder(self))
    after(() => rmSync(dataDir, { recursive: true, force: true }))

    outlivesItsApplication(self)

    it('gives its two roles no more than they need', async () => {
      const database = await startEmbedded({ dataDir })
      try {
        const roles = await ask(
          database.application,
          "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname like 'latchkey%' order by 1",
        )
        const none = { rolsuper: false, rolbypassrls: false, rolcreaterole: false }
        expect(roles).to.deep.equal([
          { rolname: 'latchkey_app', ...none, rolcreatedb: false },
          { rolname: 'latchkey_owner', ...none, rolcreatedb: true },
        ])
        await ask(database.owner, 'create table owned (word text)')
        expect(await refusal(database.application, 'create table public.mine (word text)')).to.contain(
          'denied',
        )
        expect(await refusal(database.application, 'create schema mine')).to.contain('denied')
        expect(await refusal(database.application, 'select * from owned')).to.contain('denied')
        expect(await refusal({ ...database.owner, user: 'postgres' }, 'select 1')).to.contain('pg_hba.conf')
      } finally {
        await database.stop()
      }
    })

    it('is durable, private and keeps UTC', async () => {
      const database = await startEmbedded({ dataDir })
      try {
        const settings = [
          'fsync',
          'synchronous_commit',
          'full_page_writes',
          'listen_addresses',
          'TimeZone',
          'server_encoding',
        ]
        const values = await ask(
          database.application,
          `select name, setting from pg_settings where name = any('{${settings.join(',')}}')`,
        )
        expect(Object.fromEntries(values.map(({ name, setting }) => [String(name), setting]))).to.deep.equal({
          fsync: 'on',
          synchronous_commit: 'on',
          full_page_writes: 'on',
          listen_addresses: '',
          TimeZone: 'UTC',
          server_encoding: 'UTF8',
        })
        expect(statSync(database.owner.host).mode & 0o777).to.equal(0o700)
        await refusal(database.owner, "select 'a-secret-value'::uuid")
        expect(logOf(dataDir)).not.to.contain('a-secret-value')
      } finally {
        await database.stop()
      }
    })

    it('is joined by a second command and lives until the last of them is gone', async () => {
      const application = await startApplication(dataDir, { identity: self })
      const pid = serverPid(dataDir)
      const joined = await startEmbedded({ dataDir })
      await application.kill('SIGKILL')
      expect(await ask(joined.application, 'select 1 as one')).to.deep.equal([{ one: 1 }])
      expect(serverPid(dataDir)).to.equal(pid)
      await joined.stop()
      await joined.stop()
      await until('the server stops', async () => (await stateOf(dataDir)) === 'none')
    })

    it('is not fooled by lock files whose pid is another living program by now', async () => {
      await (await startEmbedded({ dataDir })).stop()
      const stale = [
        process.pid,
        join(dataDir, 'postgres/data'),
        1,
        5432,
        join(dataDir, 'postgres/run'),
        '',
        '',
        'ready   ',
        '',
      ]
      writeFileSync(lockFile(dataDir), stale.join('\n'))
      writeFileSync(join(dataDir, 'postgres/run/.s.PGSQL.5432.lock'), stale.join('\n'))
      const database = await startEmbedded({ dataDir })
      expect(await ask(database.owner, 'select 1 as one')).to.deep.equal([{ one: 1 }])
      await database.stop()
    })
  })

  if (isRoot) {
    describe(`started by ${nobody.title}`, () => {
      before(() => makeFolder(nobody))
      after(() => rmSync(dataDir, { recursive: true, force: true }))

      outlivesItsApplication(nobody)
    })
  }

  function outlivesItsApplication(identity: Identity): void {
    it('survives a kill -9 of the application and keeps what was written', async () => {
      const first = await startApplication(dataDir, { identity })
      await ask(first.database.owner, 'create table kept (word text)')
      await ask(first.database.owner, "insert into kept values ('here')")
      await first.kill('SIGKILL')
      const second = await startApplication(dataDir, { identity })
      expect(await ask(second.database.owner, 'select word from kept')).to.deep.equal([{ word: 'here' }])
      await second.kill('SIGKILL')
      await until('the server stops by itself', async () => (await stateOf(dataDir)) === 'none')
      expect(logOf(dataDir)).not.to.contain('not properly shut down')
    })

    it('starts again after a kill -9 of the application and of the server', async () => {
      const first = await startApplication(dataDir, { identity })
      await ask(first.database.owner, "create table saved as select 'here' as word")
      process.kill(serverPid(dataDir), 'SIGKILL')
      await first.kill('SIGKILL')
      expect(statSync(lockFile(dataDir)).isFile(), 'a stale lock file').to.equal(true)
      const second = await startApplication(dataDir, { identity })
      expect(await ask(second.database.owner, 'select word from saved')).to.deep.equal([{ word: 'here' }])
      await second.kill('SIGKILL')
      await until('the server stops by itself', async () => (await stateOf(dataDir)) === 'none')
    })

    it('stops cleanly on a Ctrl-C, which reaches the whole process group', async () => {
      const application = await startApplication(dataDir, { identity, polite: true })
      const before = logOf(dataDir).length
      await application.interruptGroup()
      expect(application.output()).to.contain('stopped')
      expect(await stateOf(dataDir)).to.equal('none')
      expect(logOf(dataDir).slice(before)).to.contain('database system is shut down')
    })
  }
})
