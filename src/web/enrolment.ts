import type { PendingAuthenticator } from '../credentials/pending-authenticator.ts'
import { totpUri } from '../credentials/totp.ts'
import { qrSvg } from './qr.ts'
import type { Visit } from './visit.ts'

/** A key as a person takes it into their app: a picture to scan, groups to type, and a link for an app on the same device. */
export function keyToSetUp(
  { organization, parts, locale }: Visit,
  { secret }: PendingAuthenticator,
  account: string,
): { key: string; uri: string; picture: string } {
  const uri = totpUri({ secret, organization: organization.name, account })
  return {
    key: secret.match(/.{1,4}/g)?.join(' ') ?? '',
    uri,
    picture: qrSvg(uri, parts.words.in(locale)('factor.set-up.picture')),
  }
}

/** Recovery codes as a person is shown them, and the text file of them. */
export function codesToKeep({ organization }: Visit, codes: string[]): { codes: string[]; file: string } {
  return { codes, file: encodeURIComponent(`${organization.name}\n\n${codes.join('\n')}\n`) }
}
