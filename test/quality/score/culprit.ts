/** Was the right call blamed, and was nobody blamed where nothing can be told? */
import type { SaidCulprit, TrueLeak } from '../case.ts'
import type { CulpritScore, CulpritVerdict, RatioScore } from './case_score.ts'
import { ratioOf } from './ratio.ts'

/** The verdict, and for a right one the bytes or items a call. */
export interface CulpritJudgement {
  readonly culprit: CulpritScore
  readonly perCall?: RatioScore
}

/** @param said absent: the detector did not speak of a culprit. */
export function judgeCulprit(leak: TrueLeak, said: SaidCulprit | undefined): CulpritJudgement {
  const verdict = verdictOf(leak, said)
  const remaining = said !== undefined && 'remaining' in said ? said.remaining : undefined
  const operation = leak.culprit?.operation
  const remainingHolds = operation === undefined ? undefined : remaining?.some((name) => name.includes(operation))
  const isQuantified = verdict === 'right' && leak.culprit !== undefined && said !== undefined && 'perCall' in said
  return {
    culprit: { verdict, said: inWords(said), ...(remainingHolds === undefined ? {} : { remainingHolds }) },
    ...(isQuantified ? { perCall: ratioOf(said.perCall, leak.culprit.perCall) } : {}),
  }
}

function verdictOf(leak: TrueLeak, said: SaidCulprit | undefined): CulpritVerdict {
  if (said === undefined) return 'silent'
  if (leak.identifiable === 'nothing' || leak.culprit === undefined) return verdictOnNothing(leak, said)
  if (said.kind === 'abstained') return 'abstained'
  if (said.kind === 'time' || said.operation !== leak.culprit.operation) return 'wrong'
  if (said.kind === 'operation') return leak.identifiable === 'operation' ? 'right' : 'operation_only'
  if (said.caller === leak.culprit.caller || said.caller === leak.culprit.onlyCaller) return 'right'
  // Nobody's name on either side: the operation, with less or more of its caller than the truth.
  return leak.culprit.caller === '' || said.caller === '' ? 'operation_only' : 'wrong'
}

function verdictOnNothing(leak: TrueLeak, said: SaidCulprit): CulpritVerdict {
  const isRight = said.kind === 'abstained' || (said.kind === 'time' && leak.kind === 'time_driven')
  return isRight ? 'rightly_abstained' : 'wrong'
}

function inWords(said: SaidCulprit | undefined): string {
  if (said === undefined) return 'nothing'
  if (said.kind === 'caller') return culpritText(said.caller, said.operation)
  if (said.kind === 'operation') return said.operation
  return said.kind === 'time' ? 'that time drives it' : 'that it cannot tell'
}

/** A call in words; without a caller it is everybody's. */
export function culpritText(caller: string, operation: string): string {
  return caller === '' ? operation : `${caller} calling ${operation}`
}
