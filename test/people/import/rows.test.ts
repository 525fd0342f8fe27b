import { expect } from 'chai'
import { openPortal, type Portal } from '../../support/portal.ts'
import { lookedAt, OLD_HASH, propose } from '../../support/import.ts'

const HEAD = 'username,email,phone,full_name,role,password_hash'

describe('reading a file of people', () => {
  let portal: Portal

  before(async () => {
    portal = await openPortal()
  })
  after(() => portal.close())

  const counts = async (csv: string | Buffer) => {
    const { found } = await lookedAt(portal, csv)
    const { good, bad, there, toInvite } = found
    return { good, bad, there, toInvite }
  }

  for (const [what, csv] of [
    ['commas', 'Email,Full Name\nsari@lintas.example,Sari Dewi\n'],
    [
      'semicolons, as spreadsheets write them in Europe and Indonesia',
      'EMAIL;name\nsari@lintas.example;"Dewi; Sari"',
    ],
    ['tabs', 'e-mail\tdisplay name\nsari@lintas.example\tSari, Dewi'],
    ['the mark of UTF-8 and Windows’ line ends', '\ufeffEmail,Name\r\nsari@lintas.example,Größe 王芳\r\n'],
    ['line breaks in quotes, and empty lines', '\n"Email","Name"\n\n"sari@lintas.example","Sari\nDewi"\n\n'],
    ['columns that nobody reads', 'id,Email,Department\n7,sari@lintas.example,Sales'],
  ]) {
    it(`takes ${what}`, async () => {
      expect(await counts(csv ?? '')).to.deep.equal({ good: 1, bad: 0, there: 0, toInvite: 1 })
    })
  }

  it('tells which columns nobody reads', async () => {
    const { found } = await lookedAt(portal, 'constructor,Email,Department\n7,sari@lintas.example,Sales')
    expect(found.unread).to.deep.equal(['constructor', 'Department'])
  })

  for (const [what, csv, fault, row] of [
    ['nothing', '', 'no-header', 1],
    ['only a header', `${HEAD}\n`, 'no-rows', 1],
    ['no header', 'sari@lintas.example,Sari\n', 'no-header', 1],
    ['one column twice', 'email,mail\na@b.example,c@d.example', 'column-twice', 1],
    ['8,000 columns', `email${',x'.repeat(7_999)}\n`, 'too-many-columns', 1],
    ['a longer row than any person’s', `email,name\na@b.example,${'n'.repeat(20_000)}\n`, 'row-too-long', 2],
    ['a quote that never ends', `email,name\na@b.example,"Sari\n`, 'quotes', 2],
    ['a zip archive', Buffer.from('PK\u0003\u0004\u0014\u0000\u0000\u0000', 'latin1'), 'not-text', 1],
    ['UTF-16', Buffer.from('email\nsari@lintas.example', 'utf16le'), 'not-text', 1],
    ['Latin-1', Buffer.from('email,name\nsari@lintas.example,Größe', 'latin1'), 'not-text', 1],
  ] as const) {
    it(`does not take ${what}`, async () => {
      expect(await propose(portal, csv)).to.deep.equal({ outcome: 'unread', fault, row })
      const left = await portal.within('harbour', (tx) => tx.sql('imports').where({ state: 'reading' }))
      expect(left).to.deep.equal([])
    })
  }

  for (const [what, row, faults] of [
    ['nobody', ',,+6281234567890,Sari,,', ['- nobody']],
    ['no way in', 'sari,,,Sari,,', ['email no-way-in']],
    ['a malformed username', 'sa ri,sari@lintas.example,,,,', ['username username-unreadable']],
    ['a malformed address', ',sari@,,,,', ['email email-unreadable']],
    ['two addresses', ',"a@b.example,c@d.example",,,,', ['email email-unreadable']],
    ['a fixed line', ',sari@lintas.example,+622129000000,,,', ['phone phone-not-mobile']],
    ['no number', ',sari@lintas.example,6.28E+12,,,', ['phone phone-unreadable']],
    ['a long name', `,sari@lintas.example,,${'n'.repeat(201)},,`, ['full_name too-long']],
    ['an unknown role', ',sari@lintas.example,,,boss,', ['role role']],
    ['a password in the clear', 'sari,,,,,Summer2026!', ['password_hash hash-unreadable']],
    ['a hash that costs too much', `sari,,,,,$2b$31$${'a'.repeat(53)}`, ['password_hash hash-too-costly']],
    ['a name that is taken', 'mia,new@lintas.example,,,,', ['username taken']],
    ['an address that is taken', 'mia2,Mia@Harbour.example,,,,', ['email taken']],
    ['the names of two people', 'mia,noah@harbour.example,,,,', ['username taken', 'email taken']],
    ['too many cells', 'sari,sari@lintas.example,,,,,,', ['- cells']],
    ['too few cells', 'sari', ['- cells', 'email no-way-in']],
    ['a control character', ',sari@lintas.example,,Sa\u0007ri,,', ['- characters']],
    ['all at once', 's s,sari@,1,,boss,x', ['username', 'email', 'phone', 'role', 'password_hash']],
  ] as const) {
    it(`makes nobody of a row with ${what}, and says so`, async () => {
      const { found, bad } = await lookedAt(portal, `${HEAD}\n${row}\nbudi,budi@lintas.example,,,,\n`)
      expect([found.good, found.bad]).to.deep.equal([1, 1])
      expect(bad[0]?.row).to.equal(2)
      const told = bad[0]?.faults.map(({ column, why }) => `${column ?? '-'} ${why}`) ?? []
      expect(told).to.have.length(faults.length)
      for (const [index, fault] of faults.entries()) expect(told[index]).to.match(new RegExp(`^${fault}`))
      expect(JSON.stringify(bad)).to.not.contain('$2b$').and.to.not.contain('Summer2026!')
    })
  }

  it('sees who stands there twice, by either name and however it is written', async () => {
    const { found, bad } = await lookedAt(
      portal,
      `${HEAD}\nsari,Sari@lintas.example,,,,\nSARI,other@lintas.example,,,,\nbudi,sari@LINTAS.example,,,,\n`,
    )
    expect([found.good, found.bad]).to.deep.equal([1, 2])
    expect(bad.map(({ row, faults }) => [row, faults[0]?.column])).to.deep.equal([
      [3, 'username'],
      [4, 'email'],
    ])
  })

  it('takes people who are here already for what they are, not for a fault', async () => {
    const csv = `${HEAD}\nmia,mia@harbour.example,,,,\nnils,,,,,${OLD_HASH}\n,noah@harbour.example,,,,\n`
    expect(await counts(csv)).to.deep.equal({ good: 0, bad: 0, there: 3, toInvite: 0 })
  })

  it('takes as many kinds of hashes as one sign-in can bear', async () => {
    const kinds = ['sha1', 'sha256', 'sha512'].map((digest) => `pbkdf2_${digest}$9$salt$${'A'.repeat(28)}`)
    const hashes = [OLD_HASH, ...kinds, `$scrypt$ln=4,r=8,p=1$AAAA$${'A'.repeat(43)}`, OLD_HASH]
    const { found, bad } = await lookedAt(
      portal,
      `username,hash\n${hashes.map((hash, index) => `u${index},"${hash}"`).join('\n')}`,
    )
    expect([found.good, found.bad]).to.deep.equal([5, 1])
    expect([bad[0]?.row, bad[0]?.faults]).to.deep.equal([6, [{ column: 'password_hash', why: 'hash-kinds' }]])
  })

  it('asks for a username where recovery does', async () => {
    const { bad } = await lookedAt(portal, 'email\nsari@summit.example', 'summit')
    expect(bad[0]?.faults).to.deep.equal([{ column: 'username', why: 'needs-username' }])
  })
})
