import { expect } from 'chai'
import { roleOf } from '../../src/database/connect.ts'

describe('the role of a connection', () => {
  for (const [target, role] of [
    ['postgres://latchkey_app:hush@db/latchkey', 'latchkey_app'],
    ['postgres://db/latchkey?user=latchkey_app', 'latchkey_app'],
    ['postgres://l%40tchkey@db/latchkey', 'l@tchkey'],
  ] as const) {
    it(`of ${target} is the one that PostgreSQL is told`, () => expect(roleOf(target)).to.equal(role))
  }
})
