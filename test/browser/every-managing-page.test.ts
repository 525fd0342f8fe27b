import { expect } from 'chai'
import { desk } from './desk.ts'
import type { Scene } from './every-page.ts'
import { importing } from './importing.ts'
import { lookAt } from './look.ts'
import { managing } from './managing.ts'
import { managingPeople } from './managing-people.ts'
import { readiness } from './readiness.ts'
import { openRig, type Rig } from './rig.ts'
import { settingsPages } from './settings-pages.ts'
import { openTranslations } from './translations.ts'

/** Each part in a portal of its own: they decide about the same people. */
const PARTS: Record<string, (rig: Rig) => AsyncGenerator<Scene>> = {
  'recovery settings': managing,
  'the other settings': settingsPages,
  readiness,
  'requests, messages and the log': desk,
  people: managingPeople,
  'importing people': importing,
}

describe('every page of who runs an organization, in every state', () => {
  let rig: Rig

  afterEach(() => rig.close())

  for (const [part, scenes] of Object.entries(PARTS)) {
    it(part, async function () {
      this.timeout(240_000)
      rig = await openRig()
      await lookAt(scenes(rig), await openTranslations(rig), { atLeast: 5 })
      expect(rig.complaints, 'what the browser complained about').to.deep.equal([])
    })
  }
})
