/** What a file can say of somebody, in the order of the template. */
export const COLUMNS = ['username', 'email', 'phone', 'full_name', 'role', 'password_hash'] as const
export type Column = (typeof COLUMNS)[number]

/** What other systems call them, without spaces, hyphens and underscores. */
const CALLED: Record<string, Column | 'password'> = {
  username: 'username',
  user: 'username',
  login: 'username',
  userid: 'username',
  email: 'email',
  emailaddress: 'email',
  mail: 'email',
  phone: 'phone',
  phonenumber: 'phone',
  mobile: 'phone',
  mobilenumber: 'phone',
  mobilephone: 'phone',
  fullname: 'full_name',
  name: 'full_name',
  displayname: 'full_name',
  role: 'role',
  passwordhash: 'password_hash',
  hash: 'password_hash',
  hashedpassword: 'password_hash',
  encryptedpassword: 'password_hash',
  password: 'password',
}

const MOST_COLUMNS = 50
const LONGEST_SHOWN = 40

/** Where each column stands in the file, and the names of those that nobody reads. */
export interface Header {
  at: Partial<Record<Column, number>>
  width: number
  unread: string[]
}

/** Why a file cannot be read by its first row. */
export type HeaderFault = 'no-header' | 'too-many-columns' | 'column-twice'

/** Reads the first row of a file. */
export function readHeader(cells: readonly string[]): Header | HeaderFault {
  if (cells.length > MOST_COLUMNS) return 'too-many-columns'
  const at: Header['at'] = {}
  const unread: string[] = []
  for (const [index, cell] of cells.entries()) {
    const name = cell.toLowerCase().replace(/[\s_-]/g, '')
    const known = Object.hasOwn(CALLED, name) ? CALLED[name] : undefined
    // Django calls its hashes so. Who has passwords in the clear there is told so row by row.
    const column = known === 'password' ? 'password_hash' : known
    if (column === undefined) {
      if (cell.trim() !== '') unread.push(shown(cell))
    } else if (at[column] === undefined) at[column] = index
    else return 'column-twice'
  }
  if (at.username === undefined && at.email === undefined) return 'no-header'
  return { at, width: cells.length, unread }
}

function shown(cell: string): string {
  return Array.from(cell.replace(/\p{C}/gu, '')).slice(0, LONGEST_SHOWN).join('')
}
