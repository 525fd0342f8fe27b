import { expect } from 'chai'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../../src/database/embedded.ts'
import { fastFolder } from '../support/database.ts'
import {
  ask,
  forbidNamespaces,
  install,
  isRoot,
  makeWritable,
  nobody,
  self,
  startApplication,
  stateOf,
  until,
  type Identity,
  type Installation,
} from './embedded-rig.ts'

describe('The private PostgreSQL, made for the first time', () => {
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(fastFolder(), 'latchkey-embedded-'))
    chmodSync(folder, 0o711)
  })

  afterEach(async () => {
    await until('every server has stopped', async () => (await stateOf(join(folder, 'data'))) === 'none')
    makeWritable(folder)
    rmSync(folder, { recursive: true, force: true })
  })

  function dataDirOf(identity: Identity, parent = folder): string {
    const dataDir = join(parent, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    chownSync(dataDir, identity.uid, identity.gid)
    return dataDir
  }

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

  describe('with programs that were unpacked without their links', () => {
    let elsewhere = ''
    let installed: Installation

    before(() => {
      elsewhere = mkdtempSync(join(tmpdir(), 'latchkey-installed-'))
      chmodSync(elsewhere, 0o711)
      installed = install(elsewhere)
    })
    after(() => {
      makeWritable(elsewhere)
      rmSync(elsewhere, { recursive: true })
    })

    it('makes the links of its libraries when the install script was blocked', async () => {
      const { launcher } = installed
      installed.removeLinks()
      const application = await startApplication(dataDirOf(self), { identity: self, launcher })
      expect(await ask(application.database.owner, 'select 1 as one')).to.deep.equal([{ one: 1 }])
      await application.kill('SIGKILL')
    })

    it('copies its programs when the links cannot be made in place', async () => {
      const identity = isRoot ? nobody : self
      const { launcher } = installed
      installed.removeLinks({ readOnly: true })
      // The copy lies beside the data.
      const dataDir = dataDirOf(identity, elsewhere)
      const application = await startApplication(dataDir, { identity, launcher })
      expect(await ask(application.database.owner, 'select 1 as one')).to.deep.equal([{ one: 1 }])
      await application.kill('SIGKILL')
      await until('the server stops', async () => (await stateOf(dataDir)) === 'none')
    })

    if (isRoot) {
      it('runs as nobody where root may not make a user namespace, below a folder closed to all others', async () => {
        const dataDir = dataDirOf(self)
        installed.removeLinks()
        for (const closed of [folder, elsewhere]) chmodSync(closed, 0o700)
        const before = new Set(readdirSync('/var/lib'))
        try {
          const options = { identity: self, launcher: installed.launcher }
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
})

async function failure(dataDir: string): Promise<string> {
  return await startEmbedded({ dataDir }).then(
    async (database) => {
      await database.stop()
      return 'it started'
    },
    (error: unknown) => String(error),
  )
}
