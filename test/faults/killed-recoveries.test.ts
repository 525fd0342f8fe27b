import { expect } from 'chai'
import { systemRandom } from '../../src/platform/random.ts'
import { seededChance } from '../soak/chance.ts'
import { openKillingGround, type KillingGround } from '../soak/killed.ts'

/** One by a link and one by a code: each costs a start of the program. `npm run soak` kills it five hundred times. */
const RECOVERIES = 2

describe('faults: recoveries in which the program is killed', function () {
  this.timeout(120_000)
  const seed = systemRandom.below(2 ** 31)
  let ground: KillingGround

  before(async () => {
    ground = await openKillingGround(seededChance(seed))
  })
  after(() => ground.close())

  it('PF-01: at any instant, leave the old password or the new one, wholly, and lose nothing that was said', async () => {
    for (let recovery = 1; recovery <= RECOVERIES; recovery += 1) {
      const { during, faults } = await ground.next()
      expect(faults, `seed ${seed}, recovery ${recovery}, killed while ${during}`).to.deep.equal([])
    }
  })
})
