import Router from '@koa/router'
import { overview as activity } from './account/activity/overview.ts'
import { stop as stopRecovery } from './account/activity/stop.ts'
import { undo as undoOwnChange } from './account/activity/undo.ts'
import { data } from './account/data.ts'
import { deleteAccount } from './account/delete.ts'
import { keep } from './account/keep.ts'
import { addEmail } from './account/add-email.ts'
import { enrol as enrolHere } from './account/authenticator/enrol.ts'
import { newCodes } from './account/authenticator/new-codes.ts'
import { overview as myAuthenticator } from './account/authenticator/overview.ts'
import { recoveryCodes as recoveryCodesHere } from './account/authenticator/recovery-codes.ts'
import { remove } from './account/authenticator/remove.ts'
import { setUp } from './account/authenticator/set-up.ts'
import { home } from './account/home.ts'
import { language } from './account/language.ts'
import { password as changePassword } from './account/password.ts'
import { code as profileCode } from './account/profile/code.ts'
import { confirmEmail } from './account/profile/confirm-email.ts'
import { email } from './account/profile/email.ts'
import { name } from './account/profile/name.ts'
import { overview as myProfile } from './account/profile/overview.ts'
import { phone } from './account/profile/phone.ts'
import { removeEmail, removePhone } from './account/profile/remove.ts'
import { sessions } from './account/sessions.ts'
import { stopRequestHere } from './account/stop-request.ts'
import { mountBrand } from './brand.ts'
import { mountDemo } from './demo/index.ts'
import { mountFinder } from './finder.ts'
import { mountHealth } from './health.ts'
import { mountLogo } from './logo.ts'
import { mountTwilioReports } from './hooks/twilio.ts'
import { exportActivity } from './manage/activity/export.ts'
import { overview as log } from './manage/activity/overview.ts'
import { logo } from './manage/branding/logo.ts'
import { branding, brandingPreview } from './manage/branding/look.ts'
import { file as settingsFile } from './manage/history/file.ts'
import { overview as history } from './manage/history/overview.ts'
import { version } from './manage/history/version.ts'
import { file as importFile } from './manage/import/file.ts'
import { look } from './manage/import/look.ts'
import { rows } from './manage/import/rows.ts'
import { stop as stopImport } from './manage/import/stop.ts'
import { template } from './manage/import/template.ts'
import { overview as messages } from './manage/messages/overview.ts'
import { overview as managing } from './manage/overview.ts'
import { authenticator as authenticatorOfPerson } from './manage/people/authenticator.ts'
import { deletePerson } from './manage/people/delete.ts'
import { newPerson } from './manage/people/new.ts'
import { overview as people } from './manage/people/overview.ts'
import { person } from './manage/people/person.ts'
import { reset } from './manage/people/reset.ts'
import { role } from './manage/people/role.ts'
import { sessions as sessionsOfPerson } from './manage/people/sessions.ts'
import { state } from './manage/people/state.ts'
import { wayIn } from './manage/people/way-in.ts'
import { passwordPreview, passwordRules } from './manage/passwords/rules.ts'
import { preview } from './manage/recovery/preview.ts'
import { overview as requests } from './manage/requests/overview.ts'
import { request } from './manage/requests/request.ts'
import { overview as readiness } from './manage/readiness/overview.ts'
import { people as peopleUnable } from './manage/readiness/people.ts'
import { review } from './manage/recovery/review.ts'
import { settings as recoverySettings } from './manage/recovery/settings.ts'
import { signUpPreview, signUpRules } from './manage/sign-up/rules.ts'
import { mount } from './mount.ts'
import type { Page } from './page.ts'
import type { WebParts } from './parts.ts'
import { ask } from './recover/ask.ts'
import { asked } from './recover/asked.ts'
import { authenticator as recoverWithAuthenticator } from './recover/authenticator.ts'
import { cancel } from './recover/cancel.ts'
import { choose } from './recover/choose.ts'
import { code } from './recover/code.ts'
import { done } from './recover/done.ts'
import { ended } from './recover/ended.ts'
import { enrol } from './recover/enrol.ts'
import { identify } from './recover/identify.ts'
import { keepAccount } from './recover/keep-account.ts'
import { link } from './recover/link.ts'
import { notMe } from './recover/not-me.ts'
import { password } from './recover/password.ts'
import { recoveryCodes } from './recover/recovery-codes.ts'
import { sent } from './recover/sent.ts'
import { spokenCode } from './recover/spoken-code.ts'
import { stopRequest } from './recover/stop-request.ts'
import { undoChange } from './recover/undo-change.ts'
import { authenticator as signInWithAuthenticator } from './signin/authenticator.ts'
import { door } from './signin/door.ts'
import { newPassword } from './signin/new-password.ts'
import { signIn } from './signin/sign-in.ts'
import { signOut } from './signin/sign-out.ts'
import { sent as signUpSent, unverified } from './signup/sent.ts'
import { signUp } from './signup/sign-up.ts'
import { verified } from './signup/verified.ts'
import { verify } from './signup/verify.ts'

/** Every page of an organization. A page that is not here does not exist. */
export const pages: readonly Page[] = [
  door,
  signIn,
  signInWithAuthenticator,
  newPassword,
  signOut,
  signUp,
  signUpSent,
  unverified,
  verify,
  verified,
  identify,
  choose,
  sent,
  link,
  notMe,
  code,
  recoverWithAuthenticator,
  enrol,
  recoveryCodes,
  password,
  done,
  ended,
  cancel,
  ask,
  asked,
  spokenCode,
  stopRequest,
  undoChange,
  home,
  addEmail,
  myProfile,
  name,
  email,
  confirmEmail,
  phone,
  profileCode,
  removeEmail,
  removePhone,
  changePassword,
  myAuthenticator,
  setUp,
  enrolHere,
  newCodes,
  recoveryCodesHere,
  remove,
  sessions,
  language,
  stopRequestHere,
  activity,
  stopRecovery,
  undoOwnChange,
  data,
  deleteAccount,
  keep,
  keepAccount,
  managing,
  readiness,
  peopleUnable,
  recoverySettings,
  review,
  preview,
  passwordRules,
  passwordPreview,
  signUpRules,
  signUpPreview,
  branding,
  brandingPreview,
  logo,
  history,
  version,
  settingsFile,
  requests,
  request,
  messages,
  log,
  exportActivity,
  people,
  newPerson,
  importFile,
  template,
  look,
  rows,
  stopImport,
  person,
  wayIn,
  reset,
  authenticatorOfPerson,
  sessionsOfPerson,
  role,
  state,
  deletePerson,
]

/** Whether the page at an address takes files. */
export function takesFiles(address: string): boolean {
  const below = address.replace(/^\/[^/]+/, '')
  return pages.some(({ path, files }) => files !== undefined && path === below)
}

/** Every address that is served, besides the assets. */
export function routes(parts: WebParts): Router {
  const router = new Router()
  mountFinder(router, parts)
  if (parts.demo) mountDemo(router, parts)
  mountTwilioReports(router, parts)
  mountBrand(router, parts)
  mountLogo(router, parts)
  for (const page of pages) mount(router, parts, page)
  return router
}

/** What load balancers ask; answered for any Host. */
export function healthRoutes(parts: WebParts): Router {
  const router = new Router()
  mountHealth(router, parts)
  return router
}
