import { expect } from 'chai'
import { bringAll, OLD_HASH, OLD_PASSWORD } from '../support/import.ts'
import { importHere, type ImportPages } from '../support/import-pages.ts'
import { linkIn, openPortal, type Portal } from '../support/portal.ts'
import { createPassword, followLink, NEW_PASSWORD, signIn } from '../support/steps.ts'

const IMPORT = '/harbour/manage/people/import'

describe('an owner brings people over from another system', () => {
  let portal: Portal
  let olivia: ImportPages

  beforeEach(async () => {
    portal = await openPortal()
    olivia = await importHere(portal, 'olivia')
  })
  afterEach(() => portal.close())

  const facts = () =>
    Object.fromEntries(
      olivia.visitor.page.root
        .querySelectorAll('.facts > div')
        .map((fact) => [
          fact.querySelector('dt')?.textContent.trim() ?? '',
          fact.querySelector('dd')?.textContent.trim() ?? '',
        ]),
    )

  it('moves 200 people in; they sign in with the password that they had', async () => {
    const people = Array.from({ length: 200 }, (_, index) => `p${index};p${index}@lintas.example;${OLD_HASH}`)
    const page = await olivia.send(`\ufeffUsername;E-Mail;Password Hash\r\n${people.join('\r\n')}\r\n`)
    expect(page.heading).to.equal('What would be imported')
    expect(facts()).to.include({ 'Would get an account': '200 people', 'Here already': 'Nobody' })
    expect(page.text).to.contain('200 people bring a password along')
    const begun = await olivia.visitor.press('Import 200 people')
    expect(begun.heading).to.equal('Importing people')
    expect(begun.text).to.contain('0 of 200 rows')
    await bringAll(portal)
    const done = await olivia.visitor.open(begun.address)
    expect(done.heading).to.equal('The import is done')
    expect(facts()).to.include({ 'Have an account now': '200 people' })
    await portal.deliver()
    expect(portal.mailbox).to.have.length(0)
    const p7 = portal.visitor()
    expect((await signIn(p7, 'P7@lintas.example', OLD_PASSWORD)).heading).to.equal('Hello, p7')
    await olivia.visitor.open(IMPORT)
    expect(olivia.visitor.page.text).to.contain('200 people brought over').and.to.contain('Olivia Santoso')
    expect((await olivia.visitor.open('/harbour/manage/activity')).text).to.contain(
      'An import of people ended',
    )
  })

  it('sees each bad row and why, mends the file, and sends it again: who is here by then is passed over', async () => {
    const page = await olivia.send('username,email,phone\nmia,m@lintas.example,\nsari,sari@lintas.example,12')
    expect(
      page.root.querySelectorAll('tbody tr').map((row) => row.textContent.replace(/\s+/g, ' ').trim()),
    ).to.deep.equal([
      '2mia username mia Somebody else here has it.',
      '3sari phone 12 This is no phone number. Write it with the country code, and see that the spreadsheet keeps it as text.',
    ])
    expect(facts()).to.include({ 'Rows of which nothing is made': '2 rows' })
    const { body, headers } = await olivia.visitor.send('GET', `${page.address}/rows`)
    expect(headers['content-type']).to.equal('text/csv; charset=utf-8')
    expect(body.split('\r\n').slice(0, 2)).to.deep.equal([
      '\ufeff"Row","username","email","phone","full_name","role","Why"',
      '"2","mia","m@lintas.example","","mia","member","username: Somebody else here has it."',
    ])
    const template = await olivia.visitor.send('GET', `${IMPORT}/template`)
    const mended = `${template.body}sari,sari@lintas.example,+6281234567890,Sari Dewi,,\r\n`
    const id = await olivia.look(mended)
    await olivia.start(id, 'yes')
    await bringAll(portal)
    await portal.deliver()
    const sari = portal.visitor()
    await followLink(sari, linkIn(portal.mailbox.at(-1)))
    expect((await createPassword(sari, NEW_PASSWORD, { terms: 'accepted' })).heading).to.equal(
      'Your account is ready',
    )
    await olivia.send(mended)
    expect(facts()).to.include({ 'Would get an account': 'Nobody', 'Here already': 'One person' })
    expect(olivia.visitor.page.body).to.not.contain('Import ')
  })

  it('is told at the field what is wrong with a file, and must say whether people are invited', async () => {
    await olivia.visitor.open(IMPORT)
    const nothing = await olivia.visitor.press('Look at the file')
    expect([nothing.status, ...nothing.problemsAt('people')]).to.deep.equal([422, 'Choose a file first'])
    const other = await olivia.send('a,b\n1,2')
    expect(other.problemsAt('people')[0]).to.contain('The first row must name the columns')
    await olivia.send('email\nsari@lintas.example')
    const page = await olivia.visitor.press('Import one person')
    expect(page.problemsAt('invites')).to.deep.equal(['Choose whether they get an invitation'])
  })

  it('stops what runs: who was brought over stays, and all others are erased', async () => {
    const people = Array.from({ length: 600 }, (_, index) => `p${index}@lintas.example`)
    const id = await olivia.look(`email\n${people.join('\n')}`)
    await olivia.start(id)
    await portal.app.importPeople()
    await olivia.visitor.open(`${IMPORT}/${id}`)
    const page = await olivia.visitor.press('Stop the import')
    expect(page.heading).to.equal('The import was stopped')
    expect(page.text)
      .to.contain('the rows that still waited are erased')
      .and.to.contain('You can send the file again')
    expect(facts()).to.include({
      'Have an account now': '250 people',
      'Not come to before it was stopped': '350 rows',
    })
    expect(await portal.app.importPeople()).to.equal(0)
    expect((await olivia.visitor.open(IMPORT)).text).to.contain('250 people brought over')
  })

  it('forgets a file that was only looked at, which is no import that ended', async () => {
    await olivia.look('email\nsari@lintas.example')
    const page = await olivia.visitor.press('Forget this file')
    expect([
      page.address,
      page.text.includes('The file is forgotten, and nothing was changed.'),
    ]).to.deep.equal([IMPORT, true])
  })

  it('is told before that people of the file come to run the organization', async () => {
    const page = await olivia.send(
      'email,role\nsari@lintas.example,owner\nbudi@lintas.example,\ntuti@lintas.example,administrator',
    )
    expect(page.text).to.contain('2 of them come to run the organization, as owners or administrators.')
    const none = await olivia.send('email\nrani@lintas.example')
    expect(none.text).not.to.contain('run the organization, as')
  })
})
