import type { SettingsChanged } from '../../settings/change-settings.ts'
import { Refused } from '../errors.ts'
import type { Submitted } from '../page.ts'
import { SESSION_ENDED } from '../step-up.ts'

/** Where an owner goes on who saved settings on some page, or what that page says instead. */
export function afterSaving(changed: SettingsChanged, goTo: string): Submitted {
  switch (changed.outcome) {
    case 'changed':
      return { goTo, notice: `settings-saved.${changed.version}` }
    case 'same':
      return { goTo, notice: 'settings-same' }
    case 'overtaken':
      return { errors: { form: [{ key: 'errors.settings.overtaken' }] } }
    case 'not-owner':
      throw new Refused(403, { reason: 'role' })
    case 'over':
      return SESSION_ENDED
  }
}
