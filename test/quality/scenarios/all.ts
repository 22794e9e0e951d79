import { HEALTHY } from './healthy.ts'
import { LEAKS_BY_CALLS } from './leaks_by_calls.ts'
import { LEAKS_IN_TIME } from './leaks_in_time.ts'
import { LEAKS_OF_RESOURCES } from './leaks_of_resources.ts'
import type { Scenario } from './scenario.ts'

/** Every scenario, by number. 1 to 43 are those of the published list, the others came later. */
export const SCENARIOS: readonly Scenario[] = [
  ...LEAKS_BY_CALLS,
  ...LEAKS_OF_RESOURCES,
  ...LEAKS_IN_TIME,
  ...HEALTHY,
].toSorted((a, b) => a.number - b.number)
