import { expect } from 'chai'
import { readDomainList } from '../../src/organizations/domain-list.ts'

describe('A pasted list of domains', () => {
  it('is read one a line or with commas, with what other programs write in front, each domain once', () => {
    const text = 'Example.com\r\n@example.com, *.rival.example ;\n\n münchen.example.\n例え.テスト，b.example'
    expect(readDomainList(text)).to.deep.equal({
      domains: ['example.com', 'rival.example', 'münchen.example', '例え.テスト', 'b.example'],
      bad: [],
    })
  })

  it('takes one domain in two spellings as one', () => {
    expect(readDomainList('münchen.example\nxn--mnchen-3ya.example').domains).to.deep.equal([
      'münchen.example',
    ])
  })

  it('names each line that is no domain', () => {
    const { domains, bad } = readDomainList(
      'good.example\nnot a domain\nmia@harbour.example\nlocalhost\n-a.example',
    )
    expect(domains).to.deep.equal(['good.example'])
    expect(bad).to.deep.equal([
      { number: 2, text: 'not a domain' },
      { number: 3, text: 'mia@harbour.example' },
      { number: 4, text: 'localhost' },
      { number: 5, text: '-a.example' },
    ])
  })

  it('is empty for an empty text', () => {
    expect(readDomainList(' \n\n')).to.deep.equal({ domains: [], bad: [] })
  })
})
