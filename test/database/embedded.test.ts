import { expect } from 'chai'
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded, type EmbeddedDatabase } from '../../src/database/embedded.ts'
import { findHome } from '../../src/database/embedded/cluster.ts'
import { look } from '../../src/database/embedded/server.ts'
import {
  forbidNamespaces,
  installWithoutLinks,
  makeWritable,
  startApplication,
  until,
  type Identity,
} from './embedded-rig.ts'

const isRoot = process.getuid?.() === 0
const self: Identity = {
  title: isRoot ? 'root' : 'a normal user',
  uid: process.getuid!(),
  gid: process.getgid!(),
}
const nobody: Identity = { title: 'a normal user', uid: 65534, gid: 65534 }

describe('The private PostgreSQL', () => {
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-embedded-'))
    chmodSync(folder, 0o711)
  })

  afterEach(async () => {
    await until('every server has stopped', async () => (await stateOf(join(folder, 'data'))) === 'none')
    makeWritable(folder)
    rmSync(folder, { recursive: true, force: true })
  })

  function dataDirOf(identity: Identity): string {
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    chownSync(dataDir, identity.uid, identity.gid)
    return dataDir
  }

  for (const identity of isRoot ? [self, nobody] : [self]) {
    describe(`started by ${identity.title}`, () => {
      let dataDir = ''

      before(() => {
        dataDir = mkdtempSync(join(tmpdir(), 'latchkey-embedded-'))
        chownSync(dataDir, identity.uid, identity.gid)
      })

      after(() => rmSync(dataDir, { recursive: true, force: true }))

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
        await application.interruptGroup()
        expect(application.output()).to.contain('stopped')
        expect(await stateOf(dataDir)).to.equal('none')
        expect(logOf(dataDir)).to.contain('database system is shut down')
      })
    })
  }

  it('gives its two roles no more than they need', async () => {
    const database = await startEmbedded({ dataDir: dataDirOf(self) })
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
      expect(await refusal(database.application, 'create table public.mine (word text)')).to.contain('denied')
      expect(await refusal(database.application, 'create schema mine')).to.contain('denied')
      expect(await refusal(database.application, 'select * from owned')).to.contain('denied')
      expect(await refusal({ ...database.owner, user: 'postgres' }, 'select 1')).to.contain('pg_hba.conf')
    } finally {
      await database.stop()
    }
  })

  it('is durable, private and keeps UTC', async () => {
    const dataDir = dataDirOf(self)
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
    const dataDir = dataDirOf(self)
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

  it('connects everybody who starts it first at the same instant', async () => {
    const dataDir = dataDirOf(self)
    const databases = await Promise.all([1, 2, 3].map(async () => await startEmbedded({ dataDir })))
    const answers = await Promise.all(
      databases.map(
        async ({ owner }) => await ask(owner, 'select pg_postmaster_start_time()::text as since'),
      ),
    )
    expect(new Set(answers.map((rows) => rows[0]?.['since'])).size).to.equal(1)
    await Promise.all(databases.map(async (database) => await database.stop()))
  })

  it('is not fooled by lock files whose pid is another living program by now', async () => {
    const dataDir = dataDirOf(self)
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

  it('reaches its socket from a folder whose path is too long for one', async () => {
    const dataDir = join(dataDirOf(self), 'deep'.repeat(20), 'deeper'.repeat(20))
    const database = await startEmbedded({ dataDir })
    try {
      expect(database.owner.host.startsWith(tmpdir())).to.equal(true)
      expect(statSync(database.owner.host).mode & 0o777).to.equal(0o700)
      const joined = await startEmbedded({ dataDir })
      expect(joined.owner.host).to.equal(database.owner.host)
      await joined.stop()
    } finally {
      await database.stop()
      rmSync(database.owner.host, { recursive: true, force: true })
    }
  })

  it('says what to do when its folder cannot be written or holds another PostgreSQL', async () => {
    const blocked = join(folder, 'a-file')
    writeFileSync(blocked, '')
    expect(await failure(join(blocked, 'data'))).to.contain('could not be started')
    const dataDir = dataDirOf(self)
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true, mode: 0o700 })
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '17\n')
    expect(await failure(dataDir)).to.contain('was made by PostgreSQL 17')
  })

  it('makes the links of its libraries when the install script was blocked', async () => {
    const launcher = installWithoutLinks(folder)
    const application = await startApplication(dataDirOf(self), { identity: self, launcher })
    expect(await ask(application.database.owner, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    await application.kill('SIGKILL')
  })

  it('copies its programs when the links cannot be made in place', async () => {
    const identity = isRoot ? nobody : self
    const launcher = installWithoutLinks(folder, { readOnly: true })
    const dataDir = dataDirOf(identity)
    const application = await startApplication(dataDir, { identity, launcher })
    expect(await ask(application.database.owner, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    await application.kill('SIGKILL')
  })

  if (isRoot) {
    it('runs as nobody where root may not make a user namespace, below a folder closed to all others', async () => {
      const dataDir = dataDirOf(self)
      const launcher = installWithoutLinks(folder)
      chmodSync(folder, 0o700)
      const before = new Set(readdirSync('/var/lib'))
      try {
        const options = { identity: self, launcher }
        const confined = await startApplication(dataDir, { ...options, wrapper: forbidNamespaces })
        await ask(confined.database.owner, "create table kept as select 'here' as word")
        expect(statSync(join(dataDir, 'postgres/data')).uid).to.equal(nobody.uid)
        await confined.kill('SIGKILL')
        const free = await startApplication(dataDir, options)
        expect(await ask(free.database.owner, 'select word from kept')).to.deep.equal([{ word: 'here' }])
        await free.kill('SIGKILL')
        await until('the server stops', async () => (await stateOf(dataDir)) === 'none')
      } finally {
        for (const name of readdirSync('/var/lib')) {
          if (name.startsWith('latchkey-') && !before.has(name))
            rmSync(join('/var/lib', name), { recursive: true })
        }
      }
    })
  }
})

async function ask(
  target: EmbeddedDatabase['owner'] | EmbeddedDatabase['application'] | pg.ClientConfig,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(target)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function refusal(target: pg.ClientConfig, sql: string): Promise<string> {
  return await ask(target, sql).then(
    () => 'it was allowed',
    (error: unknown) => String(error),
  )
}

async function failure(dataDir: string): Promise<string> {
  return await startEmbedded({ dataDir }).then(
    async (database) => {
      await database.stop()
      return 'it started'
    },
    (error: unknown) => String(error),
  )
}

async function stateOf(dataDir: string): Promise<string> {
  const home = await findHome(dataDir)
  return home ? (await look(home)).state : 'none'
}

function lockFile(dataDir: string): string {
  return join(dataDir, 'postgres/data/postmaster.pid')
}

function serverPid(dataDir: string): number {
  return Number(readFileSync(lockFile(dataDir), 'utf8').split('\n')[0])
}

function logOf(dataDir: string): string {
  return readFileSync(join(dataDir, 'postgres/server.log'), 'utf8')
}
