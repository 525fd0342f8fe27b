import { expect } from 'chai'
import fc from 'fast-check'
import { systemRandom } from '../../src/platform/random.ts'
import {
  createSecrets,
  equalInConstantTime,
  hashToken,
  SealBroken,
  type SecretKey,
} from '../../src/platform/secrets.ts'

const key = (id: string): SecretKey => ({ id, bytes: systemRandom.bytes(32) })
const [oldKey, newKey] = [key('old'), key('new')]
const before = createSecrets([oldKey], systemRandom)
const during = createSecrets([newKey, oldKey], systemRandom)
const afterwards = createSecrets([newKey], systemRandom)

describe('secrets', () => {
  it('opens what was sealed, whatever the text and the context', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, context) => {
        expect(before.open(before.seal(text, context), context)).to.equal(text)
      }),
    )
  })

  it('seals one text differently each time and shows nothing of it', () => {
    const sealed = Array.from({ length: 100 }, () => before.seal('JBSWY3DPEHPK3PXP', 'totp/mia'))
    expect(new Set(sealed)).to.have.property('size', 100)
    for (const one of sealed)
      expect(one)
        .to.match(/^old\.[\w-]+$/)
        .and.not.include('JBSWY3DPEHPK3PXP')
  })

  it('opens nothing in another context', () => {
    expect(() => before.open(before.seal('JBSWY3DP', 'totp/mia'), 'totp/noah')).to.throw(SealBroken)
  })

  it('opens nothing that was altered in any byte, cut or made up', () => {
    const [id, body] = before.seal('JBSWY3DP', 'totp/mia').split('.')
    const bytes = Buffer.from(body!, 'base64url')
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = Buffer.from(bytes)
        altered.writeUInt8(altered.readUInt8(at) ^ flip, at)
        expect(() => before.open(`${id!}.${altered.toString('base64url')}`, 'totp/mia')).to.throw(SealBroken)
      }),
    )
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = `${id!}.${bytes.subarray(0, length).toString('base64url')}`
      expect(() => before.open(cut, 'totp/mia'), `${length} bytes`).to.throw(SealBroken)
    }
    for (const junk of ['', '.', 'old', 'old.', 'junk', `${id!}.%%%`])
      expect(() => before.open(junk, 'totp/mia'), junk).to.throw(SealBroken)
  })

  it('never tells the plain text or the key in the error', () => {
    const sealed = before.seal('JBSWY3DP', 'totp/mia')
    for (const attempt of [
      () => before.open(sealed, 'elsewhere'),
      () => afterwards.open(sealed, 'totp/mia'),
    ]) {
      expect(attempt)
        .to.throw(SealBroken)
        .with.property('message')
        .that.does.not.include('JBSWY3DP')
        .and.not.include(oldKey.bytes.toString('base64'))
    }
  })

  it('seals with the first key, opens with all, and no longer with one that is gone', () => {
    const [early, late] = [before.seal('kept', 'here'), during.seal('kept', 'here')]
    expect(during.open(early, 'here')).to.equal('kept')
    expect(afterwards.open(late, 'here')).to.equal('kept')
    expect(() => before.open(late, 'here')).to.throw(SealBroken)
    expect(() => afterwards.open(early, 'here')).to.throw(SealBroken)
  })

  it('opens nothing with another key of the same id', () => {
    const impostor = createSecrets([key('old')], systemRandom)
    expect(() => impostor.open(before.seal('kept', 'here'), 'here')).to.throw(SealBroken)
  })

  it('hashes alike only for the same key, purpose and parts, however they run together', () => {
    const hashes = [
      before.keyedHash('code', 'ab', 'c'),
      before.keyedHash('code', 'a', 'bc'),
      before.keyedHash('code', 'abc'),
      before.keyedHash('code', 'ab', 'c', ''),
      before.keyedHash('link', 'ab', 'c'),
      afterwards.keyedHash('code', 'ab', 'c'),
    ]
    expect(new Set(hashes)).to.have.property('size', hashes.length)
    expect(before.keyedHash('code', 'ab', 'c')).to.equal(hashes[0])
    for (const hash of hashes) expect(hash).to.match(/^[\w-]{43}$/)
  })

  it('changes lasting hashes once in a rotation, in whatever order machines know the keys', () => {
    for (const [one, other] of [
      ['2026a', '2026b'],
      ['2026b', '2026a'],
    ] as const) {
      const [oldest, newest] = [key(one), key(other)]
      const hashes = [[oldest], [oldest, newest], [newest, oldest], [newest]].map((keys) =>
        createSecrets(keys, systemRandom).lastingHash('limits', 'mia'),
      )
      const changes = hashes.filter((hash, index) => index > 0 && hash !== hashes[index - 1])
      expect(changes, `${one}, then ${other}`).to.have.length(1)
    }
  })

  it('tells the keyed hashes under each key, its own first', () => {
    expect(during.keyedHashes('code', 'mia')).to.deep.equal([
      afterwards.keyedHash('code', 'mia'),
      before.keyedHash('code', 'mia'),
    ])
    expect(during.keyedHash('code', 'mia')).to.equal(afterwards.keyedHash('code', 'mia'))
  })

  it('knows a keyed hash by every key it has, and only for its own purpose and parts', () => {
    const hash = before.keyedHash('form', 'harbour')
    expect(during.isKeyedHash(hash, 'form', 'harbour')).to.equal(true)
    expect(afterwards.isKeyedHash(hash, 'form', 'harbour')).to.equal(false)
    expect(before.isKeyedHash(hash, 'form', 'summit')).to.equal(false)
    expect(before.isKeyedHash(hash, 'link', 'harbour')).to.equal(false)
    expect(before.isKeyedHash('', 'form', 'harbour')).to.equal(false)
  })

  it('cannot be made without a key', () => {
    expect(() => createSecrets([], systemRandom)).to.throw('at least one secret key')
  })

  it('compares texts of any lengths', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
        expect(equalInConstantTime(left, right)).to.equal(left === right)
        expect(equalInConstantTime(left, left)).to.equal(true)
      }),
    )
  })

  it('hashes a token to the 32 bytes of its SHA-256', () => {
    expect(hashToken('abc').toString('hex')).to.equal(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})
