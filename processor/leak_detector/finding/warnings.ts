import type { Ledger } from './ledger.ts'
import { sentence } from './sentence.ts'

/** What a leaking service is told in the answers to its own exports: `Warning` of the advice that receivers read. */
export interface FindingWarning {
  /** `service.namespace`, '' when absent. */
  readonly namespace: string
  /** `service.name`. */
  readonly name: string
  readonly findingId: string
  readonly sentence: string
}

/** One warning for each open or critical finding, as it stands now. */
export function warnings(ledger: Ledger): readonly FindingWarning[] {
  return ledger
    .told()
    .filter(({ state }) => state === 'open' || state === 'critical')
    .map((finding) => {
      const { namespace, service: name } = finding.carrier
      return { namespace, name, findingId: finding.id, sentence: sentence(finding) }
    })
}
