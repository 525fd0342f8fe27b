import { expect } from 'chai'
import { MINUTE } from '../../src/platform/clock.ts'
import { hashingOf } from '../support/hashing.ts'
import { bringAll, broughtOver, keptOf, lookedAt, OLD_HASH } from '../support/import.ts'
import { importHere, type ImportPages } from '../support/import-pages.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { canSignIn } from '../support/steps.ts'
import { dumpEverything } from './dump.ts'

const IMPORT = '/harbour/manage/people/import'

describe('attacks: a file of people', () => {
  let portal: Portal
  let adam: ImportPages
  let olivia: ImportPages

  beforeEach(async () => {
    portal = await openPortal()
    adam = await importHere(portal, 'adam')
    olivia = await importHere(portal, 'olivia')
  })
  afterEach(() => portal.close())

  const rolesOf = async (email: string) =>
    portal.within('harbour', async (tx) => (await tx.sql('accounts').where({ email })).length)

  it('TI-04: an administrator gives nobody a role with a file', async () => {
    const page = await adam.send('email,role\nsari@lintas.example,owner\nbudi@lintas.example,Administrator')
    expect(page.text).to.contain('Only an owner can give this role.')
    const id = page.address.slice(-36)
    const answer = await adam.visitor.send('POST', `${IMPORT}/${id}`, {
      csrf: adam.visitor.csrf,
      invites: 'no',
      role: 'owner',
    })
    expect(answer.status).to.equal(303)
    await bringAll(portal)
    expect((await keptOf(portal, id)).found).to.include({ good: 0, made: 0 })
    expect(await rolesOf('sari@lintas.example')).to.equal(0)
  })

  it('TI-04: nobody starts the import of another, and an administrator does not stop that of an owner', async () => {
    const id = await olivia.look('email,role\nsari@lintas.example,owner')
    const post = (by: ImportPages, path: string) =>
      by.visitor.send('POST', `${IMPORT}/${id}${path}`, { csrf: by.visitor.csrf, invites: 'no' })
    await adam.visitor.open(`${IMPORT}/${id}`)
    expect(adam.visitor.page.root.querySelectorAll('main button').length).to.equal(0)
    expect((await post(adam, '')).status).to.equal(403)
    expect((await post(adam, '/stop')).status).to.equal(403)
    const of = await adam.look('email\nbudi@lintas.example')
    expect(
      (await olivia.visitor.send('POST', `${IMPORT}/${of}`, { csrf: olivia.visitor.csrf, invites: 'no' }))
        .status,
    ).to.equal(403)
    await bringAll(portal)
    expect(await rolesOf('sari@lintas.example')).to.equal(0)
  })

  it('AL-09: that a file made somebody run the organization is told to every owner, and by whom', async () => {
    portal.mailbox.length = 0
    const id = await olivia.look(
      `email,role,hash\nsari@lintas.example,owner,${OLD_HASH}\nbudi@lintas.example,,`,
    )
    await olivia.start(id)
    await bringAll(portal)
    await portal.deliver()
    expect(portal.mailbox.map(({ to, subject }) => [to, subject])).to.deep.equal([
      ['olivia@harbour.example', 'A change in who runs Harbour Cloud'],
    ])
    expect(portal.mailbox[0]?.text)
      .to.contain('sari has been an owner of Harbour Cloud since')
      .and.to.contain('Done by Olivia Santoso.')
  })

  it('AL-09: of a file with more people with a role than owners want to read of, the rest is refused', async () => {
    const rows = Array.from({ length: 22 }, (_, index) => `p${index}@lintas.example,administrator`)
    const page = await olivia.send(`email,role\n${rows.join('\n')}`)
    expect(page.text).to.contain('too many people with a role')
    const { found, bad } = await keptOf(portal, page.address.slice(-36))
    expect([found.good, bad.map(({ row }) => row)]).to.deep.equal([20, [22, 23]])
  })

  it('TI-01: the import of another organization, or of none, is not there', async () => {
    const elsewhere = (await lookedAt(portal, 'email\nsari@lintas.example\nx@', 'meadow')).found.id
    for (const id of [elsewhere, 'nothing', '00000000-0000-0000-0000-000000000000']) {
      for (const below of ['', '/rows'])
        expect((await olivia.visitor.send('GET', `${IMPORT}/${id}${below}`)).status, id).to.equal(404)
      const answer = await olivia.visitor.send('POST', `${IMPORT}/${id}`, {
        csrf: olivia.visitor.csrf,
        invites: 'no',
      })
      expect(answer.status).to.equal(404)
    }
    await bringAll(portal)
    expect((await keptOf(portal, elsewhere, 'meadow')).found.state).to.equal('proposed')
  })

  it('IN-15: what a file says comes to life neither on the page nor in a spreadsheet', async () => {
    const page = await adam.send(
      'email,full_name\n"=HYPERLINK(""//evil"")",<script>alert(1)</script>\n@SUM(A1),"=cmd|\' /C calc\'!A0"\n',
    )
    expect(page.body).to.contain('=HYPERLINK(&quot;').and.to.not.contain('<script>alert')
    const { body, headers } = await adam.visitor.send('GET', `${page.address}/rows`)
    expect(headers['content-disposition']).to.match(/^attachment/)
    expect(headers['x-content-type-options']).to.equal('nosniff')
    for (const cell of body.matchAll(/"((?:[^"]|"")*)"/g)) expect(cell[1]).to.not.match(/^[=+@-]/)
  })

  it('IN-15: what is no CSV is refused at its field, and leaves nothing behind', async () => {
    for (const content of [
      Buffer.from('PK\u0003\u0004\u0014\u0000\u0000\u0000\u0008\u0000', 'latin1'),
      Buffer.from('\u001f\u008b\u0008\u0000', 'latin1'),
      Buffer.from('\u0089PNG\r\n\u001a\n\u0000', 'latin1'),
      Buffer.from(`email${',c'.repeat(9_999)}\n`),
      Buffer.from(`email\n"${'x'.repeat(100_000)}`),
    ]) {
      const page = await adam.send(content)
      expect([page.status, page.problemsAt('people').length]).to.deep.equal([422, 1])
    }
    expect(await portal.within('harbour', (tx) => tx.sql('imports'))).to.deep.equal([])
  })

  it('LD-02: a file of 33 MB is refused at its field, and one of 50 MB before it is read to its end', async () => {
    const row = 'somebody@lintas.example\n'
    const large = (megabytes: number) => Buffer.from(row.repeat((megabytes * 1024 * 1024) / row.length))
    const page = await adam.send(large(33))
    expect([page.status, page.problemsAt('people')[0]]).to.deep.equal([
      422,
      'This file is too large. Split it into several.',
    ])
    await adam.visitor.open(IMPORT)
    const form = new FormData()
    form.append('csrf', adam.visitor.csrf)
    form.append('people', new Blob([new Uint8Array(large(50))]))
    expect((await adam.visitor.send('POST', IMPORT, form)).status).to.equal(413)
  }).timeout(60_000)

  it('CS-01: a file that comes without the form’s token changes nothing', async () => {
    await adam.visitor.open(IMPORT)
    const form = new FormData()
    form.append('csrf', 'x')
    form.append('people', new Blob(['email\nsari@lintas.example']))
    expect((await adam.visitor.send('POST', IMPORT, form)).status).to.equal(403)
    expect(await portal.within('harbour', (tx) => tx.sql('imports'))).to.deep.equal([])
  })

  it('SE-07: a file is neither looked at nor brought over without a fresh proof', async () => {
    const id = await adam.look('email\nsari@lintas.example')
    portal.clock.pass(11 * MINUTE)
    const page = await adam.send('email\nbudi@lintas.example')
    expect(page.problemsAt('currentPassword')).to.have.length(1)
    await adam.visitor.open(`${IMPORT}/${id}`)
    const answer = await adam.visitor.press('Import one person', { invites: 'no' })
    expect(answer.problemsAt('currentPassword')).to.have.length(1)
    await bringAll(portal)
    expect(await rolesOf('sari@lintas.example')).to.equal(0)
  })

  it('AL-03: hashes and rows of a file stand in no page, log or table in the clear', async () => {
    const page = await adam.send(
      `username,email,hash\nsari,,${OLD_HASH}\nmia,rani@lintas.example,${OLD_HASH}`,
    )
    const { body } = await adam.visitor.send('GET', `${page.address}/rows`)
    const everything = await dumpEverything(portal)
    for (const place of [page.body, body, portal.logged.join('\n'), everything])
      expect(place).to.not.contain(OLD_HASH.slice(8))
    expect(everything).to.not.contain('rani@lintas')
  })

  it('EN-03: signing in costs the same for whoever was brought over, was here before, or is not there', async () => {
    await broughtOver(
      portal,
      'username,hash\nsari,"$scrypt$ln=10,r=8,p=1$c29tZXNhbHQ$YPVCceiUc+IEKpPcaRVua9IQn3ZYgik8Sbslp3niaos"',
    )
    const runs = new Map<string, string[]>()
    for (const name of ['sari', 'mia', 'nobody'])
      runs.set(name, await hashingOf(() => canSignIn(portal, 'wrong', name)))
    expect(runs.get('sari')?.filter((what) => what === 'SCRYPTREQUEST')).to.have.length(1)
    expect(runs.get('mia')).to.deep.equal(runs.get('sari'))
    expect(runs.get('nobody')).to.deep.equal(runs.get('sari'))
  })

  it('EN-03: a hash that costs the server minutes is never checked', async () => {
    const costly = `$2b$31$${OLD_HASH.slice(7)}`
    const page = await adam.send(`username,hash\nsari,${costly}`)
    expect(page.text).to.contain('would take the server too long')
    expect(await canSignIn(portal, 'anything', 'sari')).to.equal(false)
  })
})
