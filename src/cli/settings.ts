import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { withOrganization } from '../database/transaction.ts'
import { FALLBACK_LOCALE, type Translate } from '../i18n/words.ts'
import { shownDifference, type ShownValue } from '../organizations/settings-difference.ts'
import { asSettingsFile } from '../organizations/settings-file.ts'
import { currentSettings } from '../organizations/store.ts'
import { changeSettings } from '../settings/change-settings.ts'
import { readImport } from '../settings/import-settings.ts'
import { CommandFailed, type Command, type Opened, type Tools } from './command.ts'
import { inOrganization } from './requests.ts'

type Options = Parameters<Command['run']>[1]['options']

export const settingsExport: Command = {
  name: 'settings export',
  usage: '<organization>',
  summary: 'prints what an organization has decided, as JSON',
  help: [
    'Prints the settings in force, all of them and always in the same order, for version control or for another',
    'organization: latchkey settings export acme > acme.json. There is no secret in them.',
  ],
  takes: 1,
  run: (tools, { words: [slug = ''] }) =>
    inOrganization(tools, slug, async ({ parts }, organizationId) => {
      const { settings } = await withOrganization(parts.database, organizationId, currentSettings)
      tools.say(asSettingsFile(settings).trimEnd())
    }),
}

export const settingsImport: Command = {
  name: 'settings import',
  usage: '<organization> <file, or - for what is piped in> [--dry-run] [--based-on <version>]',
  summary: 'puts settings from a file in force',
  help: [
    'Prints what changes, and saves it as the next version; every owner gets a message about it. A file stands for all',
    'settings: what it leaves out takes its default. Where something is wrong with it, everything that is gets named, and',
    'nothing is saved. A picture does not travel with a file: a logo must be there already.',
    '--dry-run: only prints what would change, and the number of the version that is in force.',
    '--based-on: that number; refuses where somebody has saved another version since.',
  ],
  options: { 'dry-run': { type: 'boolean' }, 'based-on': { type: 'string' } },
  takes: 2,
  async run(tools, { words: [slug = '', name = ''], options }) {
    const text = await contentOf(name)
    await inOrganization(tools, slug, (opened, organizationId) =>
      importSettings(tools, opened, organizationId, { text, options }),
    )
  },
}

async function importSettings(
  { say }: Tools,
  { parts }: Opened,
  organizationId: string,
  { text, options }: { text: string; options: Options },
): Promise<void> {
  const read = await readImport(parts, organizationId, text)
  if ('faults' in read)
    throw new CommandFailed(read.faults.map(({ place, fault }) => `${place}: ${fault}`).join('\n'))
  const { settings, current } = read
  const basedOn = options['based-on']
  if (basedOn !== undefined && basedOn !== String(current.version))
    throw new CommandFailed(
      `Version ${current.version} is in force, and not ${String(basedOn)}. ${LOOK_AGAIN}`,
    )
  const changes = shownDifference(current.settings, settings, FALLBACK_LOCALE)
  if (changes.length === 0) {
    say(`Nothing differs from version ${current.version}, which is in force.`)
    return
  }
  const t = parts.words.in(FALLBACK_LOCALE)
  for (const { setting, before, after } of changes)
    say(`${t(`settings.names.${setting}`)}: ${inWords(t, setting, before)} → ${inWords(t, setting, after)}`)
  if (options['dry-run'] === true) {
    say(`Nothing was saved. Version ${current.version} is in force.`)
    return
  }
  const changed = await changeSettings(parts, organizationId, 'operator', {
    settings,
    basedOn: current.version,
    locale: settings.branding.locale,
  })
  if (changed.outcome !== 'changed')
    throw new CommandFailed(`Somebody saved other settings in this moment. ${LOOK_AGAIN}`)
  say(`Saved as version ${changed.version}. Every owner gets a message about it.`)
}

const LOOK_AGAIN = 'Look at what would change now (--dry-run).'

/** A value as pages and letters print it (`macros/settings.njk`). */
function inWords(t: Translate, setting: string, value: ShownValue): string {
  const list = (texts: string[]) => texts.join(t('settings.list', { before: '', next: '' }))
  const word = (name: string) => t(`settings.values.${setting}.${name}`)
  switch (value.kind) {
    case 'none':
      return t('settings.none')
    case 'amount':
      return t(`settings.amounts.${setting}`, { count: value.count })
    case 'word':
      return ['yes', 'no'].includes(value.word) ? t(`settings.${value.word}`) : word(value.word)
    case 'words':
      return list(value.words.map(word))
    case 'texts':
      return list(value.texts)
  }
}

async function contentOf(name: string): Promise<string> {
  if (name === '-') return readAll(process.stdin)
  try {
    return await readFile(name, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new CommandFailed(`There is no file "${name}".`)
    throw new CommandFailed(`${name} cannot be read: ${error instanceof Error ? error.message : ''}`)
  }
}
