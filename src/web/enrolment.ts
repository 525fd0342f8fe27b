import type { Account } from '../accounts/account.ts'
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
export function codesToKeep(
  { organization, parts }: Visit,
  codes: string[],
  account: string,
): { codes: string[]; file: string } {
  const heading = [organization.name, `${parts.publicUrl}/${organization.slug}/sign-in`, account]
  return { codes, file: encodeURIComponent([...heading, '', ...codes, ''].join('\n')) }
}

/** What an account is called beside its codes. */
export function calledInTheApp({ username, email, fullName }: Account): string {
  return username ?? email ?? fullName
}
