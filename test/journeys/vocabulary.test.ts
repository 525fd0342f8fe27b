import { expect } from 'chai'
import type { Email } from '../../src/delivery/senders/sender.ts'
import { linkIn, openPortal, verificationIn, type Portal } from '../support/portal.ts'
import { codeIn, createPassword, followLink, RINA, setUpAuthenticator, signIn } from '../support/steps.ts'
import type { Page } from '../support/visitor.ts'
import { vocabulary, type PlaceInJourney } from './vocabulary.ts'

describe('The vocabulary: the words of the table are the words on the pages', () => {
  let portal: Portal
  const seen = new Map<string, string>()

  before(async () => {
    portal = await openPortal()
    for (const [place, words] of await walkBySms(portal)) seen.set(`summit ${place}`, words)
    for (const [place, words] of await walkSignUp(portal)) seen.set(`harbour ${place}`, words)
    for (const slug of ['harbour', 'lantern', 'meadow']) {
      for (const [place, words] of await walkThrough(portal, slug)) seen.set(`${slug} ${place}`, words)
    }
  })
  after(() => portal.close())

  for (const { document, theirs, ours, at } of vocabulary) {
    it(`${document}, “${theirs}”: “${ours}” (${at})`, () => {
      expect(seen.get(at), `no visit to ${at}`).not.to.equal(undefined)
      expect(seen.get(at)).to.contain(ours)
    })
  }

  it('gives each word once, with a reason', () => {
    const keys = vocabulary.map(({ document, theirs, at }) => `${document} ${theirs} ${at}`)
    expect(new Set(keys).size).to.equal(keys.length)
    for (const { why, theirs } of vocabulary) expect(why, theirs).to.match(/\.$/)
  })
})

/** What a person reads on the way through a recovery, page by page. */
async function walkThrough(portal: Portal, slug: string): Promise<[PlaceInJourney, string][]> {
  const mia = portal.visitor()
  const seen: [PlaceInJourney, string][] = []
  const look = (place: PlaceInJourney) => seen.push([place, wordsOf(mia.page)])
  const ask = async (identifier: string) => {
    await mia.open(`/${slug}/recover`)
    await mia.press('Send Reset Link', { identifier })
  }
  await mia.open(`/${slug}/sign-in`)
  look('sign-in')
  await mia.open(`/${slug}/recover`)
  look('identify')
  if (slug === 'lantern') {
    await ask('miya')
    look('unknown')
    await ask('nils')
    look('no-email')
  }
  await ask(`noah@${slug}.example`)
  await portal.deliver()
  portal.clock.pass(61 * 60_000)
  await mia.open(linkIn(portal.mailbox.at(-1)))
  look('expired')
  await ask(`mia@${slug}.example`)
  look('sent')
  await portal.deliver()
  const mail = portal.mailbox.at(-1)
  seen.push(['mail', wordsOfMail(mail)])
  await followLink(mia, linkIn(mail))
  if (slug === 'lantern') {
    look('enrol')
    await setUpAuthenticator(portal, mia)
  }
  look('password')
  await createPassword(mia, 'Travel9lamp')
  look('refused')
  await createPassword(mia)
  look('done')
  await portal.deliver()
  if (slug !== 'lantern') await signIn(mia, `mia@${slug}.example`, 'Tr4vel-Lamp!9', slug)
  look('account')
  return seen
}

/** The same where an organization offers both ways, and the person takes the code. */
async function walkBySms(portal: Portal): Promise<[PlaceInJourney, string][]> {
  const olivia = portal.visitor()
  const seen: [PlaceInJourney, string][] = []
  const look = (place: PlaceInJourney) => seen.push([place, wordsOf(olivia.page)])
  await olivia.open('/summit/recover')
  look('identify')
  await olivia.press('Proceed', { identifier: 'olivia' })
  look('choose')
  await olivia.press('Proceed', { method: 'sms-code' })
  look('code')
  await portal.deliver()
  await olivia.press('Continue', { code: codeIn(portal.texts.at(-1)) })
  look('password')
  return seen
}

/** What a person reads who signs up. */
async function walkSignUp(portal: Portal): Promise<[PlaceInJourney, string][]> {
  const rina = portal.visitor()
  const seen: [PlaceInJourney, string][] = []
  const look = (place: PlaceInJourney) => seen.push([place, wordsOf(rina.page)])
  await rina.open('/harbour/sign-up')
  look('sign-up')
  await rina.press('Sign Up', { ...RINA, password: 'CopperKettle77' })
  look('sign-up-refused')
  await rina.press('Sign Up', RINA)
  look('sign-up-sent')
  await portal.deliver()
  const mail = portal.mailbox.at(-1)
  seen.push(['verification-mail', wordsOfMail(mail)])
  await rina.open(verificationIn(mail))
  look('verify')
  await rina.press('Verify Your Email Address')
  look('verified')
  return seen
}

function wordsOfMail(mail: Email | undefined): string {
  return (mail?.html ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
}

function wordsOf({ root }: Page): string {
  const words = ['title', 'header', 'main', 'footer'].map((part) => root.querySelector(part)?.textContent)
  return words.join(' ').replace(/\s+/g, ' ')
}
