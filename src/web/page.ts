import type { Readable } from 'node:stream'
import type { Context } from 'koa'
import type { Settings } from '../organizations/settings.ts'
import type { StepUp } from '../profile/step-up.ts'
import type { Fields, FormErrors, ValuesOf } from './form.ts'
import type { ManagingRole } from './manage/door.ts'
import type { Notice } from './notice.ts'
import type { FileLimits, SentFiles } from './sent-files.ts'
import type { Visit } from './visit.ts'

/** What a template is given of its own. */
export type View = Record<string, unknown>

/** On to another page of the organization, which may say something once. */
export interface GoTo {
  goTo: string
  notice?: Notice
}

/** Another template than the page's own, with a status of its own. */
export interface Show {
  show: string
  status: number
  view: View
}

/** A template of another page as people would see it under other settings; it takes nothing and runs nothing. */
export interface Preview {
  preview: string
  settings: Settings
  /** Absent: in the language of the page that it is shown on. */
  locale?: string
  view: View
}

/** Not now: seconds until it may be tried again; `early` where once more was only a little too soon. */
export interface TooMany {
  tooMany: number
  early?: true
}

/** A file for the browser to keep. */
export interface Download {
  download: { name: string; type: string; body: string | Readable }
}

/** How a page answers when it is opened. */
export type Answer = { view: View } | GoTo | Show | TooMany | Preview | Download

/** What comes of a form that could be read: on to another page, or back to this one with what is wrong. */
export type Submitted = { errors: FormErrors } | GoTo | Show | TooMany | Download

/** One screen: its address below the organization's, its template, and what it does. */
export interface Page<Form extends Fields = Fields> {
  path: string
  /** Absent where nothing is ever shown at this address. */
  template?: string
  /** Only for who is signed in; others are sent to sign-in. */
  signedIn?: boolean
  /** Only for who runs the organization, from this role up; others of it are refused. */
  role?: ManagingRole
  /** For a page of who is signed in: what its form asks for besides, before `submit` runs; its template prints `proof_again`. */
  stepUp?: StepUp
  /** What the template is given; `wrong` is what a refused form is shown again with. Reads only. Absent: POST only. */
  view?: (visit: Visit, ctx: Context, wrong: FormErrors) => Promise<Answer> | Answer
  /** The form's fields, for a page that has one. */
  fields?: Form
  /** The files that its form sends besides (`enctype="multipart/form-data"`). Its path has no parts that name something. */
  files?: FileLimits
  /** What else is wrong where some of the fields could not be read: one answer names every fault. It does no work that costs much. */
  judge?: (visit: Visit, values: Partial<ValuesOf<Form>>) => FormErrors
  submit?: (visit: Visit, values: ValuesOf<Form>, ctx: Context, files: SentFiles) => Promise<Submitted>
  /** What the button `look` of its form shows: what would follow. It changes nothing, so no proof is asked for. */
  look?: (visit: Visit, values: ValuesOf<Form>) => Promise<{ errors: FormErrors } | { view: View }>
}

/** Keeps a page's fields and the values of its `submit` in step for the compiler. */
export function definePage<Form extends Fields>(page: Page<Form>): Page {
  return page as unknown as Page
}
