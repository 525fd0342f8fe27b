import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openRig, type Rig } from './rig.ts'
import { newestLink, press, typeNewPassword } from './steps.ts'

/** Each of them breaks some rule, be it only that it is easy to guess. */
const REFUSED = [
  'travel',
  'TRAVEL9!',
  'travelling',
  'Travelling99',
  '        ',
  'Password 1',
  'Password1!',
  '密码密码密码密码',
  '密码密码密码密码Ab1',
  'ÄÄÄÄäää1!',
  'A\u0308A\u0308a\u0308a\u03081!',
  'ǅǅǅǅǅǅǅ1!',
  'Travel٣travel',
  'Travel½travel',
  '😀😀😀😀😀😀aA',
  '😀aA1',
]

describe('the new-password page, while a person types', () => {
  let rig: Rig
  let page: Page

  before(async () => {
    rig = await openRig()
    page = await rig.person()
    await page.goto('/harbour/recover')
    await page.getByLabel('Email').fill('mia@harbour.example')
    await press(page, 'Send Reset Link')
    await rig.portal.deliver()
    await page.goto(await newestLink(rig.portal))
    await press(page, 'Continue')
  })
  after(() => rig.close())

  for (const password of REFUSED) {
    it(`ticks what the server finds met in ${JSON.stringify(password)}`, async () => {
      await page.getByRole('button', { name: 'Show New Password', exact: true }).waitFor()
      await page.getByLabel('New Password', { exact: true }).fill(password)
      const ticked = await rulesIn(page, 'met')
      await typeNewPassword(page, password)
      await page.getByRole('alert').waitFor()
      const refused = await rulesIn(page, 'missing')
      expect([...ticked, ...refused].toSorted()).to.deep.equal([
        'digit',
        'length',
        'lower',
        'symbol',
        'upper',
      ])
      const t = rig.portal.app.parts.words.in('en')
      const sentences = await page.locator('#password-error p').allInnerTexts()
      expect(sentences).to.include.members(refused.map((rule) => t(`errors.password.${rule}`, { count: 8 })))
    })
  }

  it('says for who cannot see the ticks how many rules are met', async () => {
    await page.getByLabel('New Password', { exact: true }).fill('Travel')
    expect(await page.getByText('2 of 5 rules met').getAttribute('role')).to.equal('status')
    expect(await page.getByText('An uppercase letter (met)').count()).to.equal(1)
  })

  it('shows the password and hides it again', async () => {
    const field = page.getByLabel('New Password', { exact: true })
    await field.fill('Travel')
    await page.getByRole('button', { name: 'Show New Password', exact: true }).click()
    expect(await field.getAttribute('type')).to.equal('text')
    expect(await page.getByLabel('Confirm New Password').getAttribute('type')).to.equal('password')
    await page.getByRole('button', { name: 'Hide New Password', exact: true }).click()
    expect(await field.getAttribute('type')).to.equal('password')
  })

  it('says when both are the same, and only after leaving the field that they differ', async () => {
    const confirmation = page.getByLabel('Confirm New Password')
    const hint = page.locator('.match')
    await page.getByLabel('New Password', { exact: true }).fill('Travel')
    await confirmation.fill('Trav')
    expect(await hint.innerText()).to.equal('')
    await confirmation.blur()
    expect(await hint.innerText()).to.equal('The two passwords differ so far.')
    await confirmation.fill('Travel')
    expect(await hint.innerText()).to.equal('Both passwords are the same.')
    await page.getByLabel('New Password', { exact: true }).fill('Travels')
    expect(await hint.innerText()).to.equal('')
  })

  it('keeps the button under the pointer when the words about a difference appear', async () => {
    const button = page.getByRole('button', { name: 'Create Password' })
    const confirmation = page.getByLabel('Confirm New Password')
    await confirmation.fill('')
    const before = await button.boundingBox()
    await confirmation.fill('different')
    await confirmation.blur()
    expect(await page.locator('.match').innerText()).not.to.equal('')
    expect(await button.boundingBox()).to.deep.equal(before)
  })

  it('puts the focus on the summary of what is wrong, whose links lead to the fields', async () => {
    // Twice, for the second time the address already ends in the field that the first summary led to.
    for (const time of ['first', 'second']) {
      await page.getByLabel('New Password', { exact: true }).fill('travel')
      await page.getByLabel('Confirm New Password').fill(`travels ${time}`)
      await press(page, 'Create Password')
      await page.locator('[role=alert]:focus').waitFor()
      expect(await page.title()).to.match(/^Error: /)
      await page.getByRole('alert').getByRole('link', { name: 'The two passwords are not the same.' }).click()
      await page.locator('#confirmation:focus').waitFor()
    }
  })

  it('complained of nothing', () => expect(rig.complaints).to.deep.equal([]))
})

async function rulesIn(page: Page, state: 'met' | 'missing'): Promise<string[]> {
  return page
    .locator(`[data-rule][data-state=${state}]`)
    .evaluateAll((items) => items.map((item) => item.getAttribute('data-rule') ?? ''))
}
