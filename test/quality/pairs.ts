/** Cases that are run twice, told in two ways, to hold one way against the other. */
import { type CaseName, tellsCulprit } from './cases.ts'
import type { CaseScore } from './score/case_score.ts'
import { caseNames, type Selection } from './seeds.ts'

/** Two ways of telling the same shop. */
export interface Pair {
  readonly base: string
  readonly other: string
}

/** All traces, and one in a hundred beside the servers' own histograms, which count every call in both. */
export const SAMPLING: Pair = { base: 'all-traces', other: 'one-percent-sampled' }

/** Each case of the selection whose culprit can be told, under one and then under the other. */
export function pairNames({ base, other }: Pair, selection: Omit<Selection, 'disturbance'>): readonly CaseName[] {
  return caseNames({ ...selection, disturbance: base })
    .filter(tellsCulprit)
    .flatMap((name) => [name, { ...name, disturbance: other }])
}

/** Of scores in the order of `pairNames`, those of one side each. */
export function sidesOf(
  scores: readonly CaseScore[],
): readonly [base: readonly CaseScore[], other: readonly CaseScore[]] {
  return [scores.filter((_, at) => at % 2 === 0), scores.filter((_, at) => at % 2 === 1)]
}
