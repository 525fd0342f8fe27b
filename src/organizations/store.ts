import type { Database } from '../database/connect.ts'
import {
  withoutOrganization,
  type SystemTransaction,
  type TenantRow,
  type Transaction,
} from '../database/transaction.ts'
import { named } from './branding.ts'
import type { Organization } from './organization.ts'
import { readSettings, type Settings } from './settings.ts'

interface OrganizationRow {
  id: string
  slug: string
  name: string
  state: 'active' | 'suspended'
  created_at: Date
}

interface SettingsRow extends TenantRow {
  version: number
  settings: Settings
  saved_at: Date
  saved_by: string | null
  restored_from: number | null
}

/** Settings with the number under which they were saved. */
export interface SettingsVersion {
  version: number
  settings: Settings
}

/** A version of the settings as their history tells it. */
export interface SavedVersion extends SettingsVersion {
  savedAt: Date
  /** An account, which may be gone; null: whoever runs the server. */
  savedBy: string | null
  /** The older version that this one took over again. */
  restoredFrom: number | null
}

/** The organization under a slug, by the name that it was created with, suspended ones too; null when there is none. */
export async function organizationBySlug(database: Database, slug: string): Promise<Organization | null> {
  return withoutOrganization(database, async (tx) => {
    const row = await tx.sql<OrganizationRow>('organizations').where({ slug }).first()
    return row ? shown(row) : null
  })
}

/** The organization whose transaction this is, as its owners call it. Throws when it does not exist, which is a bug. */
export async function organizationOf(tx: Transaction): Promise<Organization> {
  const row = await tx.sql<OrganizationRow>('organizations').where({ id: tx.organizationId }).first()
  if (!row) throw new Error(`no organization ${tx.organizationId}`)
  return named(shown(row), (await currentSettings(tx)).settings)
}

/** Every organization, by slug, each by the name that it was created with. For the operator's commands and the worker's housekeeping, never for a page of one. */
export async function allOrganizations(database: Database): Promise<Organization[]> {
  return withoutOrganization(database, async (tx) => {
    const rows = await tx.sql<OrganizationRow>('organizations').orderBy('slug')
    return rows.map(shown)
  })
}

/** Adds an organization. Throws a duplicate error (`isDuplicate`) when its slug is taken. */
export async function addOrganization(tx: SystemTransaction, organization: Organization): Promise<void> {
  await tx.sql<OrganizationRow>('organizations').insert({ ...organization, created_at: tx.now })
}

/** Who saved settings and what they were made from; `basedOn`: the version that they take the place of, today's if left out. */
interface Saving {
  basedOn?: number
  savedBy?: string | null
  restoredFrom?: number | null
}

/**
 * Saves settings as the next numbered version and returns the number. Throws a duplicate error (`isDuplicate`) when
 * somebody else saves in the same moment, or has saved since the version that they are based on.
 */
export async function saveSettings(
  tx: Transaction,
  settings: Settings,
  { basedOn, savedBy = null, restoredFrom = null }: Saving = {},
): Promise<number> {
  const version = (basedOn ?? (await latestVersion(tx))) + 1
  await tx.insert<SettingsRow>('organization_settings', {
    version,
    settings,
    saved_at: tx.now,
    saved_by: savedBy,
    restored_from: restoredFrom,
  })
  return version
}

async function latestVersion(tx: Transaction): Promise<number> {
  const latest = await tx.rows<SettingsRow>('organization_settings').orderBy('version', 'desc').first()
  return latest?.version ?? 0
}

/** The settings in force. Throws when an organization has none, which is a bug. */
export async function currentSettings(tx: Transaction): Promise<SettingsVersion> {
  const row = await tx.rows<SettingsRow>('organization_settings').orderBy('version', 'desc').first()
  if (!row) throw new Error(`no settings of organization ${tx.organizationId}`)
  return parsed(row)
}

/** The settings that were in force under a number. Throws when there are none, which is a bug. */
export async function settingsUnder(tx: Transaction, version: number): Promise<SettingsVersion> {
  const row = await tx.rows<SettingsRow>('organization_settings').where({ version }).first()
  if (!row) throw new Error(`no settings ${version} of organization ${tx.organizationId}`)
  return parsed(row)
}

/** A version of the settings by its number; null where there is none. */
export async function savedVersion(tx: Transaction, version: number): Promise<SavedVersion | null> {
  const row = await tx.rows<SettingsRow>('organization_settings').where({ version }).first()
  return row ? asSaved(row) : null
}

/** Versions of the settings below a number, the newest first. */
export async function savedVersions(tx: Transaction, below: number, most: number): Promise<SavedVersion[]> {
  const rows = await tx
    .rows<SettingsRow>('organization_settings')
    .where('version', '<', below)
    .orderBy('version', 'desc')
    .limit(most)
  return rows.map(asSaved)
}

function asSaved(row: SettingsRow): SavedVersion {
  const { saved_at: savedAt, saved_by: savedBy, restored_from: restoredFrom } = row
  return { ...parsed(row), savedAt, savedBy, restoredFrom }
}

function parsed(row: SettingsRow): SettingsVersion {
  return { version: row.version, settings: readSettings(row.settings) }
}

function shown({ id, slug, name, state }: OrganizationRow): Organization {
  return { id, slug, name, state }
}
