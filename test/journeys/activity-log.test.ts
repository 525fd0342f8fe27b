import { expect } from 'chai'
import { DEMO_PASSWORD } from '../../seeds/demo-organizations.ts'
import { record } from '../../src/audit/audit.ts'
import { accountNamed } from '../../src/accounts/store.ts'
import { DAY, MINUTE } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { changeAccount, signIn } from '../support/steps.ts'
import type { Page, Visitor } from '../support/visitor.ts'

const told = (page: Page) => page.root.querySelectorAll('.timeline .what').map(({ text }) => text.trim())

describe('an administrator reads the activity log', () => {
  let portal: Portal
  let adam: Visitor

  beforeEach(async () => {
    portal = await openPortal()
    const mia = portal.visitor()
    await signIn(mia, 'mia', 'wrong')
    await signIn(mia, 'mia')
    adam = portal.visitor()
    await signIn(adam, 'adam')
  })
  afterEach(() => portal.close())

  const idOf = (name: string) =>
    portal.within(
      'harbour',
      async (tx) => (await accountNamed(tx, { kind: 'username', canonical: name }))?.id ?? '',
    )
  const filter = async (fields: Record<string, string>) => {
    await adam.open('/harbour/manage/activity')
    return adam.press('Show', fields)
  }

  it('sees what happened, the newest first: who, about whom, from where', async () => {
    const page = await adam.open('/harbour/manage/activity')
    expect(told(page).slice(0, 3)).to.deep.equal(['Signed in', 'Signed in', 'A sign-in failed Refused'])
    expect(page.text).to.contain('By Adam').and.to.contain('network 198.51.100.0/24')
    expect(page.text).to.contain('By somebody who was not signed in · about Mia')
  })

  it('filters by what, by outcome, by person and by days, and keeps names out of the address', async () => {
    expect(told(await filter({ group: 'sign-in', outcome: 'refused' }))).to.deep.equal([
      'A sign-in failed Refused',
    ])
    const ofMia = await filter({ person: 'mia@harbour.example' })
    expect(told(ofMia)).to.include.members(['Signed in', 'A sign-in failed Refused'])
    expect(ofMia.text).to.not.contain('Adam')
    expect(ofMia.address)
      .to.contain(await idOf('mia'))
      .and.to.not.contain('@')
    expect(ofMia.root.querySelector('#person')?.getAttribute('value')).to.equal('mia')
    const today = portal.clock.now().toISOString().slice(0, 10)
    const tomorrow = new Date(portal.clock.now().getTime() + DAY).toISOString().slice(0, 10)
    expect(told(await filter({ from: today, until: today })).length).to.be.at.least(3)
    expect((await filter({ from: tomorrow })).text).to.contain('Nothing was recorded that fits.')
    expect(told(await filter({ group: 'requests' }))).to.deep.equal([])
  })

  it('is told at the field what could not be looked for, and keeps what was typed', async () => {
    const page = await filter({ person: 'nobody', from: '31.12.', until: '2026-02-30', group: 'people' })
    expect(page.status).to.equal(422)
    for (const name of ['person', 'from', 'until']) expect(page.problemsAt(name), name).to.have.length(1)
    expect(page.root.querySelector('#person')?.getAttribute('value')).to.equal('nobody')
    expect(page.root.querySelector('#group option[selected]')?.getAttribute('value')).to.equal('people')
    const turned = await filter({ from: '2026-03-02', until: '2026-03-01' })
    expect(turned.problemsAt('until')).to.have.length(1)
  })

  it('pages by key: no event is told twice or left out, also when more come meanwhile', async () => {
    const more = async (count: number) =>
      portal.within('harbour', async (tx) => {
        for (let n = 0; n < count; n += 1) {
          const origin = { actor: 'system' } as const
          await record(tx, systemRandom, {
            kind: 'sms.country-paused',
            outcome: 'success',
            origin,
            detail: { n },
          })
        }
      })
    await more(120)
    const seen: string[] = []
    let page = await filter({ group: 'messages' })
    for (;;) {
      seen.push(...page.root.querySelectorAll('.timeline .detail').map(({ text }) => text))
      const next = page.root.querySelector('nav.pages a[rel=next]')?.getAttribute('href')
      if (!next) break
      await more(1)
      page = await adam.open(next)
    }
    expect(seen).to.have.length(120)
    expect(new Set(seen).size).to.equal(120)
  })

  it('takes it away as a file, after a fresh proof, and that is recorded', async () => {
    portal.clock.pass(11 * MINUTE)
    await filter({ group: 'sign-in' })
    await adam.open(adam.page.root.querySelector('a[href*="export"]')?.getAttribute('href') ?? '')
    expect((await adam.submit('Export as CSV', { currentPassword: 'wrong' })).status).to.equal(422)
    const file = await adam.submit('Export as CSV', { currentPassword: DEMO_PASSWORD })
    expect(file.status).to.equal(200)
    expect(file.headers['content-type']).to.equal('text/csv; charset=utf-8')
    expect(file.headers['content-disposition']).to.match(/^attachment; filename="harbour-activity-.*\.csv"$/)
    expect(file.body.charCodeAt(0)).to.equal(0xfeff)
    const lines = file.body.trim().split('\r\n')
    expect(lines[0]).to.contain('"Time (UTC)","What","Kind"')
    expect(lines.slice(1).every((line) => /"(sign-|step-up)/.test(line))).to.equal(true)
    expect(lines.some((line) => line.includes('"sign-in.failed","refused"'))).to.equal(true)
    expect(file.body).to.contain('"refused","somebody who was not signed in",""').and.not.contain('"person"')
    const page = await filter({ group: 'organization' })
    expect(told(page)).to.include('The activity log was exported')
    expect(page.text).to.contain('group: sign-in')
  })

  it('IN-06: a name that a spreadsheet would run as a formula is text in the file', async () => {
    await changeAccount(portal, 'harbour', 'mia', { full_name: '=HYPERLINK("http://evil.example";"x")' })
    await adam.open('/harbour/manage/activity/export')
    const { body } = await adam.submit('Export as CSV')
    expect(body).to.contain(`"'=HYPERLINK(""http://evil.example"";""x"")"`)
    expect(body).to.not.match(/(^|,|\n)"?[=+@-](?!\d)/)
  })

  it('TI-11, AL-08: of another organization nothing is found: no event, no person, by no cursor and in no file', async () => {
    const meadow = portal.visitor()
    await signIn(meadow, 'olivia', 'wrong', 'meadow')
    const [stranger, event] = await portal.within('meadow', async (tx) => {
      const one = await accountNamed(tx, { kind: 'username', canonical: 'olivia' })
      const row = await tx
        .rows<{ organization_id: string; id: string }>('audit_events')
        .orderBy('id', 'desc')
        .first()
      return [one?.id ?? '', row?.id ?? '']
    })
    const unknown = await filter({ person: 'olivia@meadow.example' })
    expect(unknown.status).to.equal(422)
    expect(told(await adam.open(`/harbour/manage/activity?person=${stranger}`))).to.deep.equal([])
    const owner = portal.visitor()
    await signIn(owner, 'olivia')
    for (const query of [`before=${event}`, '']) {
      for (const visitor of [adam, owner]) {
        const page = await visitor.open(`/harbour/manage/activity?${query}`)
        expect(page.body).to.not.contain(stranger)
      }
    }
    await adam.open('/harbour/manage/activity/export')
    expect((await adam.submit('Export as CSV')).body).to.not.contain(stranger)
    await adam.open(`/harbour/manage/activity/export?person=${stranger}`)
    expect((await adam.submit('Export as CSV')).body.trim().split('\r\n')).to.have.length(1)
  })
})
