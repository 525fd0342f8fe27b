import { asSettingsFile } from '../../../organizations/settings-file.ts'
import { definePage } from '../../page.ts'
import { pathPart } from '../../visit.ts'
import { versionAsked, within } from './version.ts'

/** One version of the settings as the file that `latchkey settings import` reads. There is no secret in it. */
export const file = definePage({
  path: '/manage/history/:version/file',
  signedIn: true,
  role: 'owner',
  async view(visit, ctx) {
    const { version, settings } = await within(visit, (tx) => versionAsked(tx, pathPart(ctx, 'version')))
    return {
      download: {
        name: `${visit.organization.slug}-settings-${version}.json`,
        type: 'application/json; charset=utf-8',
        body: asSettingsFile(settings),
      },
    }
  },
})
