import { LONGEST_FULL_NAME, type Role } from '../../accounts/account.ts'
import { isEmail, readIdentifier } from '../../accounts/identifiers.ts'
import { readPhone, type PhoneProblem } from '../../accounts/phone.ts'
import { readForeignHash } from '../../credentials/foreign/index.ts'
import type { ForeignCost, HashProblem } from '../../credentials/foreign/scheme.ts'
import type { Column, Header } from './columns.ts'

/** Somebody who is to have an account, as a row of the file names them. */
export interface GoodRow {
  row: number
  username: string | null
  email: string | null
  phone: string | null
  fullName: string
  role: Role
  hash: ({ text: string } & ForeignCost) | null
}

/** Why nothing is made of a row; at which column, where it is one. */
export interface RowFault {
  column: Column | null
  why: RowProblem
}

export type RowProblem =
  | 'cells'
  | 'characters'
  | 'nobody'
  | 'no-way-in'
  | 'needs-username'
  | 'username-unreadable'
  | 'email-unreadable'
  | 'too-long'
  | 'taken'
  | 'twice'
  | 'role'
  | 'role-not-yours'
  | 'managers-many'
  | `phone-${PhoneProblem}`
  | `hash-${HashProblem}`
  | 'hash-kinds'

/** A row of which nothing is made: what stood in it, without the password's hash, and every reason. */
export interface BadRow {
  row: number
  cells: Partial<Record<Column, string>>
  faults: RowFault[]
}

/** What rows are judged by besides themselves. */
export interface RowRules {
  /** Null: whoever runs the server. */
  maker: Role | null
  /** Whether people are asked for a username at recovery. */
  needsUsername: boolean
  /** The country of numbers that are written as people write them at home. */
  country: string | undefined
}

/** As much of a cell as is shown of it. */
const LONGEST_SHOWN = 120
const ROLES: readonly Role[] = ['member', 'administrator', 'owner']

/** Reads a row: who is to have an account, or every reason why not. Looks at nothing but the row. */
export function readRow(
  { row, cells }: { row: number; cells: readonly string[] },
  { at, width }: Header,
  rules: RowRules,
): GoodRow | BadRow {
  const cell = (column: Column) => (cells[at[column] ?? -1] ?? '').trim()
  const faults: RowFault[] = []
  const fault = (column: Column | null, why: RowProblem) => void faults.push({ column, why })
  if (cells.length !== width) fault(null, 'cells')
  else if (cells.some((text) => /[\p{Cc}\ufffd]/u.test(text.replace(/[\r\n\t]/g, ' '))))
    fault(null, 'characters')

  const [username, email] = [usernameIn(cell('username')), cell('email')]
  if (username === undefined) fault('username', 'username-unreadable')
  if (email !== '' && !isEmail(email)) fault('email', 'email-unreadable')
  if (username === null && email === '') fault(null, 'nobody')
  if (username === null && email !== '' && rules.needsUsername) fault('username', 'needs-username')

  const phone = cell('phone') === '' ? null : readPhone(cell('phone'), rules.country)
  if (phone && 'problem' in phone) fault('phone', `phone-${phone.problem}`)
  const fullName =
    cell('full_name').replace(/\s+/gu, ' ') || username || email.slice(0, email.lastIndexOf('@'))
  if (fullName.length > LONGEST_FULL_NAME) fault('full_name', 'too-long')
  const role = ROLES.find((one) => one === (cell('role').toLowerCase() || 'member'))
  if (role === undefined) fault('role', 'role')
  else if (!mayGive(rules.maker, role)) fault('role', 'role-not-yours')

  const text = cell('password_hash')
  const hash = text === '' ? null : readForeignHash(text)
  if (typeof hash === 'string') fault('password_hash', `hash-${hash}`)
  if (text === '' && email === '' && username !== null) fault('email', 'no-way-in')

  if (faults.length > 0 || username === undefined || role === undefined) {
    return { row, cells: shownCells(cell, at), faults }
  }
  return {
    row,
    username,
    email: email === '' ? null : email,
    phone: phone && 'e164' in phone ? phone.e164 : null,
    fullName,
    role,
    hash: hash !== null && typeof hash === 'object' ? { text, kind: hash.kind, work: hash.work } : null,
  }
}

/** Whether something is to be made of a row. */
export function isGood(row: GoodRow | BadRow): row is GoodRow {
  return !('faults' in row)
}

/** Only owners decide who runs the organization with them. */
export function mayGive(maker: Role | null, role: Role): boolean {
  return maker === null || maker === 'owner' || role === 'member'
}

/** A row that was good, and is not any more. */
export function asBad({ row, username, email, phone, fullName, role }: GoodRow, faults: RowFault[]): BadRow {
  const cells = {
    username: username ?? '',
    email: email ?? '',
    phone: phone ?? '',
    full_name: fullName,
    role,
  }
  return { row, cells, faults }
}

function usernameIn(text: string): string | null | undefined {
  if (text === '') return null
  const identifier = readIdentifier(text)
  return identifier?.kind === 'username' ? identifier.canonical : undefined
}

/** What was found, but for the hash of a password: that is for nobody's eyes. */
function shownCells(cell: (column: Column) => string, at: Header['at']): BadRow['cells'] {
  const columns = (Object.keys(at) as Column[]).filter((column) => column !== 'password_hash')
  return Object.fromEntries(
    columns.map((column) => [column, Array.from(cell(column)).slice(0, LONGEST_SHOWN).join('')]),
  )
}
