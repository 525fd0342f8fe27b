import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { makerNamed } from '../people/add.ts'
import { MOST_ROWS, proposeImport, type FileFault } from '../people/import/propose.ts'
import type { RowProblem } from '../people/import/row.ts'
import { bringOverSome, type InviteLater } from '../people/import/run.ts'
import { startImportOfOperator } from '../people/import/start.ts'
import { dropImport, importById, nextBatch, runningHere, type Import } from '../people/import/store.ts'
import { invite } from '../recovery/begin.ts'
import { CommandFailed, type Command, type Opened, type Tools } from './command.ts'
import { inOrganization } from './requests.ts'

const WHY_FILE: Record<FileFault, string> = {
  'not-text': 'it is no CSV file in UTF-8',
  'too-large': 'it is larger than 32 MB; split it',
  quotes: 'its quotation marks do not match',
  'row-too-long': 'a row is too long to be one person’s',
  'no-header': 'its first row names no column "username" or "email"',
  'too-many-columns': 'it has too many columns',
  'column-twice': 'two of its columns mean the same',
  'no-rows': 'there is nobody in it',
  'too-many-rows': `it has more than ${MOST_ROWS} rows; split it`,
}

const WHY_ROW: Record<RowProblem, string> = {
  cells: 'more or fewer cells than the first row',
  characters: 'characters that nobody can read',
  nobody: 'neither a username nor an email address',
  'no-way-in': 'neither an email address nor a password hash; use people create',
  'needs-username': 'recovery here asks for a username',
  'username-unreadable': 'no username: letters a-z, digits, dots, hyphens and underscores, 64 at most',
  'email-unreadable': 'no email address, or several',
  'too-long': 'longer than 200 characters',
  taken: 'somebody else here has it',
  twice: 'stands in an earlier row too',
  role: 'no such role: member, administrator or owner',
  'role-not-yours': 'only an owner can give this role',
  'managers-many': 'too many people with a role in one file; give it on their pages',
  'phone-unreadable': 'no phone number; write it with the country code',
  'phone-not-mobile': 'no mobile number',
  'hash-unreadable': 'no hash of argon2, bcrypt, scrypt or PBKDF2',
  'hash-too-costly': 'checking this hash would take too long',
  'hash-kinds': 'too many kinds of hashes here',
}

/** As often as progress is told, in parts of the whole. */
const TOLD_TIMES = 20

export const peopleImport: Command = {
  name: 'people import',
  usage: '<organization> <file.csv> [--dry-run] [--invite]',
  summary: 'brings people over from another system',
  help: [
    'The first row names the columns: username, email, phone, full_name, role, password_hash; docs/importing-people.md tells of each.',
    'People with a password hash sign in with the password that they have. Others get in by "Forgot password?", or by a mail',
    'with a link to set a password (--invite). Bad rows are listed and passed over, and the exit code is then 1.',
    'It may be interrupted: the same command goes on where it was, and passes over who is here already.',
    '--dry-run: only lists the bad rows, and changes nothing.',
  ],
  options: { 'dry-run': { type: 'boolean' }, invite: { type: 'boolean' } },
  takes: 2,
  async run(tools, { words: [slug = '', path = ''], options }) {
    if (!(await stat(path).catch(() => null))?.isFile())
      throw new CommandFailed(`There is no file "${path}".`)
    await inOrganization(tools, slug, async (opened, organizationId) => {
      const here = new Here(tools, opened, organizationId)
      const isDryRun = options['dry-run'] === true
      if (!isDryRun) await here.goOn()
      const looked = await here.look(path)
      if (isDryRun) await here.forget(looked.id)
      else if (looked.good > 0) await here.bringOver(looked, options['invite'] === true)
      const bad = isDryRun ? looked.bad : (await here.found(looked.id)).skipped + looked.bad
      if (bad > 0) throw new CommandFailed(`Of ${bad} rows nothing ${isDryRun ? 'would be' : 'was'} made.`)
    })
  },
}

/** An import in one organization, in the name of whoever runs the server. */
class Here {
  readonly #tools: Tools
  readonly #parts: Opened['parts']
  readonly #organizationId: string

  constructor(tools: Tools, { parts }: Opened, organizationId: string) {
    this.#tools = tools
    this.#parts = parts
    this.#organizationId = organizationId
  }

  /** Goes on with what was interrupted, whoever began it: else the file's people would wait behind it. */
  async goOn(): Promise<void> {
    const id = await this.#within(runningHere)
    if (id === null) return
    this.#tools.say('An import is under way here; going on with it first.')
    await this.#bringAll(id)
  }

  async look(path: string): Promise<Import> {
    const proposed = await proposeImport(
      this.#parts,
      this.#organizationId,
      makerNamed(null),
      createReadStream(path),
    )
    if (proposed.outcome === 'no-such-maker') throw new Error('whoever runs the server may import')
    if (proposed.outcome === 'unread')
      throw new CommandFailed(
        `The file cannot be used, from row ${proposed.row}: ${WHY_FILE[proposed.fault]}.`,
      )
    const found = await this.found(proposed.id)
    const { good, there, bad } = found
    await this.#sayBadRows(found.id, 0)
    this.#tools.say(`${good} to be made, ${there} here already, ${bad} bad.`)
    return found
  }

  async bringOver({ id }: Import, invites: boolean): Promise<void> {
    const { outcome } = await startImportOfOperator(this.#parts, this.#organizationId, {
      importId: id,
      invites,
    })
    if (outcome !== 'started')
      throw new CommandFailed('Another import has begun here. Try again when it is done.')
    const last = await this.#lastNumber(id)
    await this.#bringAll(id)
    await this.#sayBadRows(id, last)
    this.#tools.say(`Made ${(await this.found(id)).made} accounts.`)
  }

  async forget(id: string): Promise<void> {
    await this.#within((tx) => dropImport(tx, id))
  }

  async found(id: string): Promise<Import> {
    const found = await this.#within((tx) => importById(tx, id))
    if (!found) throw new CommandFailed('The import is gone: it was stopped meanwhile.')
    return found
  }

  /** A worker may be at it too: then there is less to do here. */
  async #bringAll(id: string): Promise<void> {
    const inviteLater: InviteLater = (tx, ...of) => invite(this.#parts, tx, ...of)
    const parts = { ...this.#parts, invite: inviteLater }
    let told = 0
    for (let found = await this.found(id); found.state === 'running'; found = await this.found(id)) {
      await bringOverSome(parts, this.#organizationId, id)
      const done = Math.floor((TOLD_TIMES * (found.made + found.skipped)) / found.good)
      if (done > told) this.#tools.say(`${found.made + found.skipped} of ${found.good}`)
      told = Math.max(told, done)
    }
  }

  async #sayBadRows(id: string, after: number): Promise<void> {
    const next = (number: number) =>
      this.#within((tx) => nextBatch(tx, this.#parts.secrets, id, 'bad', number))
    for (let batch = await next(after); batch; batch = await next(batch.number))
      for (const { row, cells, faults } of batch.rows)
        for (const { column, why } of faults) {
          const found = column === null ? '' : (cells[column] ?? '')
          const where = [`row ${row}`, column, found && JSON.stringify(found.replace(/\p{C}/gu, ''))].filter(
            (part) => part,
          )
          this.#tools.say(`${where.join(', ')}: ${WHY_ROW[why]}`)
        }
  }

  async #lastNumber(id: string): Promise<number> {
    let last = 0
    const next = () => this.#within((tx) => nextBatch(tx, this.#parts.secrets, id, 'bad', last))
    for (let batch = await next(); batch; batch = await next()) last = batch.number
    return last
  }

  #within<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return withOrganization(this.#parts.database, this.#organizationId, work)
  }
}
