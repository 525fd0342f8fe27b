import { SAME, vocabularyOfSignUp } from './vocabulary-of-sign-up.ts'

/**
 * One vocabulary for five documents that each have their own. The meaning of every message is kept, its English mended;
 * where documents disagree, one word is chosen for all organizations, and here is why.
 */
export interface Word {
  document: 'S0' | 'S1' | 'S2' | 'S3' | 'S4'
  /** As the document has it. */
  theirs: string
  /** As it stands on the page. */
  ours: string
  /** The organization and the page, or the mail, on which it stands. */
  at: `${'harbour' | 'summit' | 'lantern' | 'meadow'} ${PlaceInJourney}`
  why: string
}

export type PlaceInJourney =
  | 'sign-in'
  | 'identify'
  | 'choose'
  | 'code'
  | 'unknown'
  | 'no-email'
  | 'sent'
  | 'mail'
  | 'expired'
  | 'enrol'
  | 'password'
  | 'refused'
  | 'done'
  | 'account'
  | 'sign-up'
  | 'sign-up-refused'
  | 'sign-up-sent'
  | 'verification-mail'
  | 'verify'
  | 'verified'

const SAYS_WHAT_HAPPENS = 'A button says what it does; S2’s name is the one that does.'

export const vocabulary: readonly Word[] = [
  { document: 'S2', theirs: 'Proceed', ours: 'Proceed', at: 'summit identify', why: SAME },
  { document: 'S2', theirs: 'Send Reset Link', ours: 'Send Reset Link', at: 'summit choose', why: SAME },
  { document: 'S2', theirs: 'Send SMS OTP', ours: 'Send SMS OTP', at: 'summit choose', why: SAME },
  {
    document: 'S2',
    theirs: 'An OTP code will be sent to your registered mobile number.',
    ours: 'If an account matches, a text message with a code is on its way to its mobile number.',
    at: 'summit code',
    why: 'The page must not say that there is an account, or what it has.',
  },
  { document: 'S2', theirs: 'Continue', ours: 'Continue', at: 'summit code', why: SAME },
  {
    document: 'S2',
    theirs: 'Proceed (after the new password)',
    ours: 'Create Password',
    at: 'summit password',
    why: 'S0’s name says what it does.',
  },
  {
    document: 'S3',
    theirs: 'activate the account’s second lock',
    ours: 'asks for a second lock on your account',
    at: 'lantern enrol',
    why: 'S3’s picture of it is kept: a second lock.',
  },
  {
    document: 'S0',
    theirs: 'Forgot Password',
    ours: 'Forgot password?',
    at: 'harbour sign-in',
    why: 'S3 asks it as a question, which is how a person thinks it; sentence case.',
  },
  {
    document: 'S0',
    theirs: 'Submit',
    ours: 'Send Reset Link',
    at: 'harbour identify',
    why: SAYS_WHAT_HAPPENS,
  },
  {
    document: 'S0',
    theirs: 'Request Success, Please check your email to change your password',
    ours: 'Request received, please check your email',
    at: 'harbour sent',
    why: 'The page must not say that there is an account; that the request came in is all it knows.',
  },
  { document: 'S0', theirs: 'Reset Password', ours: 'Reset Password', at: 'harbour mail', why: SAME },
  {
    document: 'S0',
    theirs: 'if the Reset Password button cannot be used, then you can use the link provided',
    ours: 'If the button does not work, copy this link into your browser:',
    at: 'harbour mail',
    why: 'Shorter.',
  },
  {
    document: 'S0',
    theirs: 'Create New Password',
    ours: 'Create a new password',
    at: 'harbour password',
    why: 'A heading, in sentence case.',
  },
  { document: 'S0', theirs: 'New Password', ours: 'New Password', at: 'harbour password', why: SAME },
  {
    document: 'S0',
    theirs: 'Confirm New Password',
    ours: 'Confirm New Password',
    at: 'harbour password',
    why: SAME,
  },
  {
    document: 'S0',
    theirs: 'the password cannot be the same as before',
    ours: 'Not the password you have now',
    at: 'harbour password',
    why: 'A line of a list; “before” could mean every password ever used.',
  },
  {
    document: 'S0',
    theirs: 'must include the symbol',
    ours: 'must include a symbol',
    at: 'harbour refused',
    why: 'Any symbol will do.',
  },
  { document: 'S0', theirs: 'Create Password', ours: 'Create Password', at: 'harbour password', why: SAME },
  {
    document: 'S0',
    theirs: 'you can Sign In by using a new Password',
    ours: 'You can sign in with your new password now.',
    at: 'harbour done',
    why: 'Mended English.',
  },
  {
    document: 'S3',
    theirs: 'Forgot your password?',
    ours: 'Forgot password?',
    at: 'lantern sign-in',
    why: 'Two words on a phone’s line; the page behind it asks in full.',
  },
  {
    document: 'S3',
    theirs: 'Forgot your password?',
    ours: 'Forgot your password?',
    at: 'lantern identify',
    why: SAME,
  },
  {
    document: 'S3',
    theirs: 'Enter your login email / Enter username',
    ours: 'Username or email',
    at: 'lantern identify',
    why: 'The text asks for one and the drawing for the other; either is taken.',
  },
  {
    document: 'S3',
    theirs: 'Submit / Click button to send a mail',
    ours: 'Send Reset Link',
    at: 'lantern identify',
    why: SAYS_WHAT_HAPPENS,
  },
  {
    document: 'S3',
    theirs: 'Error of incorrect username',
    ours: 'This username or email is not correct.',
    at: 'lantern unknown',
    why: 'At the field, with what to do next.',
  },
  {
    document: 'S3',
    theirs: 'No any mail bounded',
    ours: 'No email on this account',
    at: 'lantern no-email',
    why: 'Mended English.',
  },
  {
    document: 'S3',
    theirs: 'Contact admin to reset password',
    ours: 'please contact your administrator',
    at: 'lantern no-email',
    why: 'The contact is what the organization has set.',
  },
  {
    document: 'S3',
    theirs: 'The link is effective for 5 minutes.',
    ours: 'The link works for 5 minutes',
    at: 'lantern mail',
    why: 'Plain words.',
  },
  {
    document: 'S3',
    theirs: 'Submit',
    ours: 'Create Password',
    at: 'lantern password',
    why: 'S0’s name says what it does.',
  },
  {
    document: 'S3',
    theirs: 'Personal Center',
    ours: 'My Account',
    at: 'lantern account',
    why: 'What the product is called.',
  },
  {
    document: 'S4',
    theirs: 'Forgot Password',
    ours: 'Forgot password?',
    at: 'meadow sign-in',
    why: 'One question for all documents.',
  },
  {
    document: 'S4',
    theirs: 'the email address associated with your account',
    ours: 'Email',
    at: 'meadow identify',
    why: 'A label; there is one email address that a person can mean.',
  },
  {
    document: 'S4',
    theirs: 'check your spam or junk folder if you don’t see it',
    ours: 'Please look in your spam or junk folder too.',
    at: 'meadow sent',
    why: 'The same, after how long it may take.',
  },
  {
    document: 'S4',
    theirs: 'The password reset link is valid for 60 minutes only.',
    ours: 'The link works for 60 minutes',
    at: 'meadow mail',
    why: 'The same words as everywhere.',
  },
  {
    document: 'S4',
    theirs: 'If it expires, you will need to request a new link.',
    ours: 'Send a fresh link',
    at: 'meadow expired',
    why: 'One press instead of the whole way again.',
  },
  {
    document: 'S4',
    theirs: 'Must be at least 8 characters long',
    ours: 'At least 8 characters',
    at: 'meadow password',
    why: 'A line of a list.',
  },
  {
    document: 'S4',
    theirs: '1 special character',
    ours: 'A symbol, such as ! or ?',
    at: 'meadow password',
    why: 'S0 calls it a symbol; examples say which.',
  },
  {
    document: 'S4',
    theirs: 'Avoid using easily guessable passwords like “password123” or your own name',
    ours: 'Not easy to guess, like your name or “password123”',
    at: 'meadow password',
    why: 'A line of a list.',
  },
  {
    document: 'S4',
    theirs: 'contact our support team for immediate assistance',
    ours: 'the Meadow support team',
    at: 'meadow password',
    why: 'On every step that can go wrong, with the address behind it.',
  },
  ...vocabularyOfSignUp,
]
