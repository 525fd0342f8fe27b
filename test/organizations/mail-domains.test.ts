import { expect } from 'chai'
import {
  foldedDomain,
  whyAddressRefused,
  whyMayNotSignUp,
  type AddressRefusal,
} from '../../src/organizations/mail-domains.ts'
import { parseSettings, type SignUpSettings } from '../../src/organizations/settings.ts'

const settings = (change: Partial<SignUpSettings>) => parseSettings({ signUp: change }).signUp
const company = settings({ mode: 'company' })

describe('Who may sign up, by their address', () => {
  const rows: [string, AddressRefusal | null][] = [
    ['rina@lintas.example', null],
    ['rina@mail.lintas.co.id', null],
    ['rina@gmail.com', 'free-mail'],
    ['rina@qq.com', 'free-mail'],
    ['rina@yahoo.co.id', 'free-mail'],
    ['rina@web.de', 'free-mail'],
    ['rina@anything.gmail.com', 'free-mail'],
    ['rina@mailinator.com', 'disposable'],
    ['rina@deep.down.mailinator.com', 'disposable'],
    // What only ends or begins alike is another domain.
    ['rina@notgmail.com', null],
    ['rina@gmail.com.lintas.example', null],
    ['gmail.com@lintas.example', null],
    ['rina@mailinator.com.lintas.example', null],
    ['rina@com', null],
  ]
  for (const [address, refusal] of rows)
    it(`company addresses: ${address} ${refusal ? `is refused as ${refusal}` : 'may'}`, () => {
      expect(whyMayNotSignUp(company, address)).to.equal(refusal)
    })

  it('everybody may where it is open, but for whom the owner denies, and nobody where it is closed', () => {
    const open = settings({ mode: 'open', deniedDomains: ['rival.example'] })
    expect(whyMayNotSignUp(open, 'rina@gmail.com')).to.equal(null)
    expect(whyMayNotSignUp(open, 'rina@mailinator.com')).to.equal(null)
    expect(whyMayNotSignUp(open, 'rina@mail.rival.example')).to.equal('denied')
    const closed = settings({ mode: 'closed', allowedDomains: ['lintas.example'] })
    expect(whyMayNotSignUp(closed, 'rina@lintas.example')).to.equal('closed')
  })

  it('who has an account where it is closed may take any address but those of a denied domain', () => {
    const closed = settings({
      mode: 'closed',
      allowedDomains: ['gmail.com'],
      deniedDomains: ['rival.example'],
    })
    const refusals = ['rina@lintas.example', 'rina@gmail.com', 'rina@rival.example', 'rina@qq.com'].map(
      (address) => whyAddressRefused(closed, address),
    )
    expect(refusals).to.deep.equal([null, null, 'denied', null])
  })

  it('what the owner allows wins over what they deny, and both over the lists', () => {
    const chosen = settings({
      mode: 'company',
      allowedDomains: ['partner.rival.example', 'Gmail.com'],
      deniedDomains: ['rival.example', 'lintas.example'],
    })
    expect(whyMayNotSignUp(chosen, 'a@partner.rival.example')).to.equal(null)
    expect(whyMayNotSignUp(chosen, 'a@gmail.com')).to.equal(null)
    expect(whyMayNotSignUp(chosen, 'a@rival.example')).to.equal('denied')
    expect(whyMayNotSignUp(chosen, 'a@lintas.example')).to.equal('denied')
    expect(whyMayNotSignUp(chosen, 'a@yahoo.com')).to.equal('free-mail')
  })

  it('knows a domain in other letters and in its ASCII form for the same', () => {
    expect(foldedDomain('Bücher.example')).to.equal('xn--bcher-kva.example')
    const denied = settings({ mode: 'open', deniedDomains: ['bücher.example'] })
    expect(whyMayNotSignUp(denied, 'a@xn--bcher-kva.example')).to.equal('denied')
    expect(whyMayNotSignUp(denied, 'a@mail.bücher.example')).to.equal('denied')
    expect(whyMayNotSignUp(company, 'a@ｇｍａｉｌ.com')).to.equal('free-mail')
  })
})
