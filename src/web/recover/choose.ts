import { chooseMethod } from '../../recovery/choose.ts'
import { offered } from '../../recovery/strategies/index.ts'
import { requiredText } from '../form.ts'
import { definePage } from '../page.ts'
import { afterAsking, askingFrom } from './asking.ts'
import { atStep } from './step.ts'

/** How the message comes. The organization's ways are listed, never the person's: those would tell who is there. */
export const choose = definePage({
  path: '/recover/choose',
  template: 'recover/choose',
  async view(visit) {
    const here = await atStep(visit, 'choosing')
    if ('goTo' in here) return here
    return { view: { ways: offered(visit.parts, visit.settings.recovery).map(({ id }) => id) } }
  },
  fields: { method: requiredText({ missing: 'errors.method.missing', tooLong: 'errors.form.unreadable' }) },
  async submit(visit, { method }) {
    const begun = await chooseMethod(visit.parts, visit.organization.id, method, askingFrom(visit))
    if (begun) return afterAsking(visit, begun, 'first')
    return { errors: { method: [{ key: 'errors.method.missing' }] } }
  },
})
