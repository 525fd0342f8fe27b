import { expect } from 'chai'
import { created } from './created.ts'
import { everyPage, pagesOutsideTheDemo } from './every-page.ts'
import { lookAt } from './look.ts'
import { profilePages } from './profile-pages.ts'
import { openRig, type Rig } from './rig.ts'
import { openTranslations } from './translations.ts'

describe('every page in every state', () => {
  let rig: Rig

  afterEach(() => rig.close())

  it('can be used by everyone, light and dark, on a phone and on a desk, in every language, and never scrolls sideways', async function () {
    this.timeout(400_000)
    rig = await openRig()
    await lookAt(everyPage(rig), await openTranslations(rig), { atLeast: 60 })
    expect(rig.complaints, 'what the browser complained about').to.deep.equal([])
  })

  it('those of people whom an administrator created too', async function () {
    this.timeout(300_000)
    rig = await openRig()
    await lookAt(created(rig), await openTranslations(rig), { atLeast: 10 })
    expect(rig.complaints).to.deep.equal([])
  })

  it('the profile too', async function () {
    this.timeout(300_000)
    rig = await openRig()
    await lookAt(profilePages(rig), await openTranslations(rig), { atLeast: 20 })
    expect(rig.complaints).to.deep.equal([])
  })

  it('outside the demo too', async function () {
    this.timeout(30_000)
    rig = await openRig({ isDemo: false })
    await lookAt(pagesOutsideTheDemo(rig), await openTranslations(rig), { atLeast: 3 })
    expect(rig.complaints).to.deep.equal([])
  })
})
