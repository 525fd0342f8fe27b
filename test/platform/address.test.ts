import { expect } from 'chai'
import fc from 'fast-check'
import { isThisMachine, limitedAddress, shownAddress } from '../../src/platform/address.ts'

describe('network address', () => {
  it('is one for every spelling of an IPv6 address, and for its whole /64', () => {
    const spellings = [
      '2001:db8::1',
      '2001:DB8::1',
      '2001:0db8:0000:0000:0000:0000:0000:0001',
      '2001:db8:0:0::1',
      '2001:db8::0.0.0.1',
      '2001:db8::ffff:ffff:ffff:ffff',
      '2001:db8::1%eth0',
    ]
    expect(new Set(spellings.map(limitedAddress))).to.have.all.keys('2001:db8::/64')
  })

  it('is another for the next /64', () => {
    expect(limitedAddress('2001:db8:0:1::1')).to.not.equal(limitedAddress('2001:db8::1'))
  })

  it('is the same whether IPv4 comes plain or mapped into IPv6', () => {
    const spellings = ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207', '0:0:0:0:0:ffff:192.0.2.7']
    expect(new Set(spellings.map(limitedAddress))).to.have.all.keys('192.0.2.7')
    expect(limitedAddress('192.0.2.8')).to.equal('192.0.2.8')
  })

  it('is one bucket for whatever is no address', () => {
    for (const junk of [
      '',
      ' ',
      'localhost',
      '192.0.2.7, 10.0.0.1',
      '192.0.2.7:80',
      '2001:db8::g',
      '/64',
      '::1/64',
    ]) {
      expect(limitedAddress(junk), junk).to.equal('unknown')
      expect(shownAddress(junk), junk).to.equal('unknown')
    }
  })

  it('never throws, and answers with an address, a network or "unknown"', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4Extended(), fc.ipV6()), (text) => {
        expect(limitedAddress(text)).to.match(/^(unknown|[\d.]+|[\da-f:]+\/64)$/)
        expect(shownAddress(text)).to.match(/^(unknown|[\d.]+\/24|[\da-f:]+\/48)$/)
      }),
    )
  })

  it('is told two of any two IPv6 addresses exactly when their first halves differ', () => {
    const half = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 0xffff })))
    const text = (groups: number[]) => groups.map((group) => group.toString(16)).join(':')
    fc.assert(
      fc.property(half, half, half, (network, here, there) => {
        const [one, two] = [`${text(network)}:${text(here)}`, `${text(network)}:${text(there)}`]
        expect(limitedAddress(one)).to.equal(limitedAddress(two))
        const [first, ...others] = network
        const elsewhere = `${text([first! ^ 0x8000, ...others])}:${text(here)}`
        expect(limitedAddress(elsewhere)).to.not.equal(limitedAddress(one))
      }),
    )
  })

  it('is shown as the /24 or /48 it lies in', () => {
    expect(shownAddress('192.0.2.7')).to.equal('192.0.2.0/24')
    expect(shownAddress('::ffff:192.0.2.7')).to.equal('192.0.2.0/24')
    expect(shownAddress('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1::/48')
  })

  it('is this machine’s own only in the loopback networks and by the name localhost', () => {
    for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.10', '[::1]', '::1'])
      expect(isThisMachine(host), host).to.equal(true)
    for (const host of [
      '',
      '127.example.org',
      'localhost.example.org',
      '10.0.0.5',
      '0.0.0.0',
      '[::]',
      '[fe80::1]',
    ])
      expect(isThisMachine(host), host).to.equal(false)
  })
})
