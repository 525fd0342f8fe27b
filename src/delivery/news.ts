/** What a message reaches a person by. */
export type ContactKind = 'email' | 'phone'

/** What was done with an address or number of an account. */
export type ChangeOfContact = 'added' | 'changed' | 'removed'

/** What somebody may do from now on: nothing, what they could before, or what their new role allows. */
export type Standing = 'suspended' | 'active' | 'member' | 'administrator' | 'owner'

/** Why an account stays whose deletion had been asked for. */
export type WhyKept = 'asked' | 'last-owner'

/** What a person lacks to get back in, and can add by signing in. */
export type WayMissing =
  'email-unverified' | 'phone-missing' | 'phone-unverified' | 'phone-country' | 'sms-alone'

/** What was done with the second lock of an account. */
export type ChangeOfAuthenticator = 'added' | 'replaced' | 'removed' | 'codes'

/**
 * How the person of a protected account gets back in: its organization was asked, or is to be asked, or nobody there could
 * decide and it takes whoever runs the server.
 */
export type WayBack = 'asked' | 'ask' | 'operator'
