import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { withOrganization, type Transaction } from '../database/transaction.ts'
import { FALLBACK_LOCALE, type Translate } from '../i18n/words.ts'
import { organizationBySlug } from '../organizations/store.ts'
import { makerNamed } from '../people/add.ts'
import { MOST_ROWS, proposeImport } from '../people/import/propose.ts'
import { bringOverSome, type InviteLater } from '../people/import/run.ts'
import { startImportOfOperator } from '../people/import/start.ts'
import {
  dropImport,
  importById,
  lockImport,
  nextBatch,
  runningHere,
  type Import,
} from '../people/import/store.ts'
import { invite } from '../recovery/begin.ts'
import { CommandFailed, type Command, type Opened, type Tools } from './command.ts'
import { inOrganization } from './requests.ts'

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
      const here = new Here(tools, opened, { slug, id: organizationId })
      const isDryRun = options['dry-run'] === true
      if (!isDryRun) {
        await here.mustBeActive()
        await here.goOn()
      }
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
  readonly #organization: { slug: string; id: string }
  readonly #t: Translate

  constructor(tools: Tools, { parts }: Opened, organization: { slug: string; id: string }) {
    this.#tools = tools
    this.#parts = parts
    this.#organization = organization
    this.#t = parts.words.in(FALLBACK_LOCALE)
  }

  /** Throws `CommandFailed` for a suspended organization: what runs there waits (TI-18). */
  async mustBeActive(): Promise<void> {
    const { slug } = this.#organization
    const organization = await organizationBySlug(this.#parts.database, slug)
    if (organization?.state !== 'active') throw new CommandFailed(`The organization "${slug}" is suspended.`)
  }

  /** Goes on with what was interrupted, whoever began it: else the file's people would wait behind it. */
  async goOn(): Promise<void> {
    const id = await this.#within(runningHere)
    if (id === null) return
    this.#tools.say('An import is under way here; going on with it first.')
    const { state } = await this.#bringAll(id)
    if (state === 'stopped') this.#tools.say('It was stopped meanwhile.')
  }

  async look(path: string): Promise<Import> {
    const file = createReadStream(path)
    const proposed = await proposeImport(this.#parts, this.#organization.id, makerNamed(null), file)
    if (proposed.outcome === 'no-such-maker') throw new Error('whoever runs the server may import')
    if (proposed.outcome === 'unread')
      throw new CommandFailed(
        this.#t(`errors.people.${proposed.fault}`, { row: proposed.row, rows: MOST_ROWS }),
      )
    const found = await this.found(proposed.id)
    const { good, there, bad, managers } = found
    await this.#sayBadRows(found.id, 0)
    this.#tools.say(`${good} to be made, ${there} here already, ${bad} bad.`)
    if (managers > 0) this.#tools.say(this.#t('manage.import.look.managers', { count: managers }))
    return found
  }

  async bringOver({ id }: Import, invites: boolean): Promise<void> {
    const { outcome } = await startImportOfOperator(this.#parts, this.#organization.id, {
      importId: id,
      invites,
    })
    if (outcome !== 'started')
      throw new CommandFailed('Another import has begun here. Try again when it is done.')
    const last = await this.#lastNumber(id)
    const { state, made, good } = await this.#bringAll(id)
    await this.#sayBadRows(id, last)
    if (state === 'stopped')
      throw new CommandFailed(
        `The import was stopped: ${made} of ${good} accounts were made. The same command goes on.`,
      )
    this.#tools.say(`Made ${made} accounts.`)
  }

  async forget(id: string): Promise<void> {
    await this.#within((tx) => dropImport(tx, id))
  }

  async found(id: string): Promise<Import> {
    const found = await this.#within((tx) => importById(tx, id))
    if (!found) throw new CommandFailed('The import is gone: it was stopped meanwhile.')
    return found
  }

  /** A worker may be at it too: then there is less to do here. Returns what came of it. */
  async #bringAll(id: string): Promise<Import> {
    const inviteLater: InviteLater = (tx, ...of) => invite(this.#parts, tx, ...of)
    const parts = { ...this.#parts, invite: inviteLater }
    let [told, found] = [0, await this.found(id)]
    while (found.state === 'running') {
      await this.mustBeActive()
      const brought = await bringOverSome(parts, this.#organization.id, id)
      // A worker has them in hand: this waits until it is done with them.
      if (brought === 0) await this.#within((tx) => lockImport(tx, id))
      found = await this.found(id)
      const done = Math.floor((TOLD_TIMES * (found.made + found.skipped)) / Math.max(found.good, 1))
      if (done > told) this.#tools.say(`${found.made + found.skipped} of ${found.good}`)
      told = Math.max(told, done)
    }
    return found
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
          this.#tools.say(`${where.join(', ')}: ${this.#t(`manage.import.why.${why}`)}`)
        }
  }

  async #lastNumber(id: string): Promise<number> {
    let last = 0
    const next = () => this.#within((tx) => nextBatch(tx, this.#parts.secrets, id, 'bad', last))
    for (let batch = await next(); batch; batch = await next()) last = batch.number
    return last
  }

  #within<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return withOrganization(this.#parts.database, this.#organization.id, work)
  }
}
