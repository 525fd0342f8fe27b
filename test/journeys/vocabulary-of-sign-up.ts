import type { Word } from './vocabulary.ts'

export const SAME = 'The document’s own word.'

/** The words of S1. */
export const vocabularyOfSignUp: readonly Word[] = [
  { document: 'S1', theirs: 'Sign Up', ours: 'Sign Up', at: 'harbour sign-in', why: SAME },
  { document: 'S1', theirs: 'Sign Up (button)', ours: 'Sign Up', at: 'harbour sign-up', why: SAME },
  { document: 'S1', theirs: 'Fullname', ours: 'Full name', at: 'harbour sign-up', why: 'English mended.' },
  { document: 'S1', theirs: 'Email', ours: 'Email', at: 'harbour sign-up', why: SAME },
  {
    document: 'S1',
    theirs: 'the email currently only supports corporate email',
    ours: 'Your company’s address. You sign in with it.',
    at: 'harbour sign-up',
    why: 'Said at the field, before it is refused.',
  },
  { document: 'S1', theirs: 'Password', ours: 'Password', at: 'harbour sign-up', why: SAME },
  {
    document: 'S1',
    theirs: 'Phone Number',
    ours: 'Mobile number (optional)',
    at: 'harbour sign-up',
    why: 'It serves for texts alone, and an account is possible without it.',
  },
  {
    document: 'S1',
    theirs: 'Term of Services',
    ours: 'terms of service of Harbour Cloud',
    at: 'harbour sign-up',
    why: 'English mended; whose terms they are is said.',
  },
  {
    document: 'S1',
    theirs: 'must include the symbol',
    ours: 'must include a symbol',
    at: 'harbour sign-up-refused',
    why: 'Any symbol will do.',
  },
  {
    document: 'S1',
    theirs:
      'Congratulations Your account has been successfully created!. Please check your email for your account verification.',
    ours: 'Congratulations! Your account has been created. Please check your email to verify it.',
    at: 'harbour sign-up-sent',
    why: 'The same, its English mended.',
  },
  {
    document: 'S1',
    theirs: 'Verify Your Email Address',
    ours: 'Verify Your Email Address',
    at: 'harbour verification-mail',
    why: SAME,
  },
  {
    document: 'S1',
    theirs: 'if the button cannot be used, then you can use the provided link',
    ours: 'If the button does not work, copy this link into your browser:',
    at: 'harbour verification-mail',
    why: 'Shorter.',
  },
  {
    document: 'S1',
    theirs: 'Verify Your Email Address (next step)',
    ours: 'Verify Your Email Address',
    at: 'harbour verify',
    why: 'Mail scanners open links, so a press is asked for, with the same words.',
  },
  {
    document: 'S1',
    theirs: 'Verification Successfull!',
    ours: 'Verification successful.',
    at: 'harbour verified',
    why: 'English mended, and calm.',
  },
  {
    document: 'S1',
    theirs: 'now you can login',
    ours: 'You can sign in now.',
    at: 'harbour verified',
    why: 'Sign in is the word of every page.',
  },
]
