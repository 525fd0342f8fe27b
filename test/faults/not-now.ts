import { expect } from 'chai'
import type { Page } from '../support/visitor.ts'

/** Sees an answer of 503 that says when to come back, in less than five seconds. */
export async function saysNotNow(act: () => Promise<Page>): Promise<void> {
  const began = performance.now()
  const page = await act()
  expect(page.status, page.text).to.equal(503)
  expect(Number(page.headers['retry-after'])).to.be.within(1, 60)
  expect(performance.now() - began).to.be.below(5000)
}
