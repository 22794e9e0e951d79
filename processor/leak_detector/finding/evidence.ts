import type { Fact } from '../detect/evidence.ts'
import { bestAttributed, type Finding, isBytes, type Symptom } from './finding.ts'
import { byteRate, itemRate, RESOURCE_WORDS, sixDigits } from './units.ts'

/** `leak.evidence` has at most so many facts, the weightiest of each kind first as detection ordered them. */
export const FACTS_MAX = 32

/**
 * Everything that the finding rests on: what detection measured, what attribution concluded, and the other symptoms.
 * Numbers have six digits; a fact without a number is none.
 */
export function evidenceOf(finding: Finding): readonly Fact[] {
  const attributed = bestAttributed(finding).attribution
  return [
    ...finding.carrier.verdict.growth.facts,
    ...(attributed?.facts ?? []),
    ...(attributed?.kind === 'operation_only' || attributed?.kind === 'unknown' ? tellApart(attributed) : []),
    ...finding.symptoms.map(symptomFact),
  ]
    .filter(({ value }) => Number.isFinite(value))
    .slice(0, FACTS_MAX)
    .map(({ type, statement, value, unit, weight }) => ({ type, statement, value: sixDigits(value), unit, weight }))
}

/** What would end the doubt, and among how many candidates. */
function tellApart({
  remaining,
  tellApart: statement,
}: {
  readonly remaining: readonly unknown[]
  readonly tellApart: string
}): readonly Fact[] {
  if (statement === '') return []
  return [{ type: 'tell_apart', statement, value: remaining.length, unit: '{candidate}', weight: 0 }]
}

function symptomFact({ resource, sourceMetric, verdict }: Symptom): Fact {
  const { value } = verdict.growth.rate
  const { many } = RESOURCE_WORDS[resource]
  const grows = isBytes(resource) ? `grows about ${byteRate(value)}` : `grow about ${itemRate(value)}`
  const unit = isBytes(resource) ? 'By/s' : '{item}/s'
  return { type: 'symptom', statement: `${many} ${grows} as well (${sourceMetric})`, value, unit, weight: 0 }
}
