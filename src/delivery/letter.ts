import type {
  ChangeOfAuthenticator,
  ChangeOfContact,
  ContactKind,
  Standing,
  WayBack,
  WayMissing,
  WhyKept,
} from './news.ts'

/** What every mail says about who sends it and who reads it; colours as `#rrggbb`. */
interface Letterhead {
  organization: { name: string; color: string; onColor: string }
  person: { fullName: string | null }
}

/** What a letter says of one setting that was changed, in the words of `macros/settings.njk`. */
interface ShownChange {
  setting: string
  before: object
  after: object
}

/** Where people find help, as the organization set it. */
interface Support {
  kind: 'email' | 'link' | 'phone' | 'text'
  value: string
  label: string
}

/** What each message's templates print. */
export interface LetterData {
  'recover-link': Letterhead & {
    link: string
    /** Where the reader says that the request was not theirs. */
    notMeUrl: string
    minutes: number
    /** Whether it goes out because a code by SMS could not. */
    insteadOfCode: boolean
    requestedFrom: { place: string; device: string | null }
  }
  welcome: Letterhead & { link: string; hours: number; isOwner: boolean; username: string | null }
  'reset-started': Letterhead & {
    link: string
    /** Where the reader says that it is not wanted. */
    notMeUrl: string
    hours: number
  }
  /** `when` is already written in the reader's language. */
  'password-changed': Letterhead & {
    when: string
    device: string | null
    authenticatorAdded: boolean
    /** Where the reader says that the change was not theirs. */
    notMeUrl: string
    support: Support | null
  }
  /** `when` is already written in the reader's language. */
  'authenticator-changed': Letterhead & {
    when: string
    device: string | null
    change: ChangeOfAuthenticator
    isByManager: boolean
    /** Who runs the organization and did it, while they have an account. */
    by: string | null
    /** Where the reader says that the change was not theirs. */
    notMeUrl: string
    support: Support | null
  }
  /** `when` is already written in the reader's language. */
  'contact-changed': Letterhead & {
    when: string
    device: string | null
    kind: ContactKind
    change: ChangeOfContact
    /** Where the reader says that the change was not theirs. */
    notMeUrl: string
    support: Support | null
  }
  'account-protected': Letterhead & {
    authenticator: ChangeOfAuthenticator | null
    restored: ContactKind[]
    wayBack: WayBack
    /** Where the reader sees how it stands. */
    standsUrl: string
    support: Support | null
  }
  'code-not-sent': Letterhead & { recoverUrl: string; support: Support | null }
  /** `until` is already written in the reader's language. */
  'address-too-new': Letterhead & { until: string; askUrl: string; support: Support | null }
  'sign-in-paused': Letterhead & { recoverUrl: string; support: Support | null }
  /** `host` is where the code is typed: browsers offer to fill it in there and nowhere else. */
  'recover-code': { organization: { name: string }; code: string; minutes: number; host: string }
  'request-waiting': Letterhead & {
    asker: string
    askerName: string
    /** Whether they reported a change that was not theirs. */
    isReport: boolean
    /** Where the request is decided. */
    requestUrl: string
  }
  'request-approved': Letterhead & { cancelUrl: string; hours: number; support: Support | null }
  'request-granted': Letterhead & { link: string; cancelUrl: string; hours: number; support: Support | null }
  'request-refused': Letterhead & { recoverUrl: string; support: Support | null }
  /** `when` the owner is let in, already written in the reader's language. */
  'owner-reset': Letterhead & { owner: string; when: string; requestUrl: string }
  /** `country` and `until` are already written in the reader's language. */
  'texts-paused': Letterhead & { country: string; sent: number; proved: number; until: string }
  'verify-email': Letterhead & {
    link: string
    hours: number
    requestedFrom: { place: string; device: string | null }
  }
  'account-exists': Letterhead & { signInUrl: string; recoverUrl: string; support: Support | null }
  /** `when` is already written in the reader's language. */
  'deletion-asked': Letterhead & {
    when: string
    device: string | null
    /** Where the reader keeps the account. */
    keepUrl: string
    support: Support | null
  }
  'deletion-stopped': Letterhead & { why: WhyKept; support: Support | null }
  'account-deleted': Letterhead & { isByManager: boolean }
  /** `when` is already written in the reader's language. */
  'standing-changed': Letterhead & {
    when: string
    standing: Standing | 'out'
    /** Who did it, while they have an account. */
    by: string | null
    signInUrl: string
    support: Support | null
  }
  /** `when` is already written in the reader's language. Null for who has no account any more. */
  'managers-changed': Letterhead & {
    when: string
    standing: Standing | 'deleted'
    name: string | null
    by: string | null
    isByReader: boolean
    /** Where it is taken back. */
    peopleUrl: string
    /** Where the reader, if it was not them, keeps out who did it in their name. */
    passwordUrl: string
  }
  'confirm-email': Letterhead & {
    link: string
    hours: number
    requestedFrom: { place: string; device: string | null }
  }
  /** `host` is where the code is typed: browsers offer to fill it in there and nowhere else. */
  'confirm-phone': { organization: { name: string }; code: string; minutes: number; host: string }
  /** `when` is already written in the reader's language; `by` is null for whoever runs the server. */
  'settings-changed': Letterhead & {
    by: string | null
    when: string
    version: number
    changes: ShownChange[]
    historyUrl: string
  }
  'test-email': Letterhead & { messagesUrl: string }
  'test-text': { organization: { name: string } }
  /** `accountUrl` is a page of theirs, for which they sign in. */
  'add-a-way': Letterhead & { missing: WayMissing; accountUrl: string; support: Support | null }
}
