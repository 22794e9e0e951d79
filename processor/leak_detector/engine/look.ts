/** One look at everything, after a step was closed: which groups are screened, which are judged, what is told. */

import type { Verdict } from '../detect/evidence.ts'
import { subjectKey } from '../finding/identity.ts'
import type { Ledger } from '../finding/ledger.ts'
import type { Suspicion } from '../finding/suspicion.ts'
import { type Group, groupsOf, watchedMetric } from './groups.ts'
import { mayRise } from './screen.ts'
import type { EngineState } from './state.ts'
import { quietSuspicion, suspect } from './suspect.ts'
import { spanOf } from './windows.ts'

/** What is remembered of groups from one look to the next. */
export interface Lookout {
  groups: readonly Group[]
  /** `changes` of entities and series when the groups were put together. */
  entities: number
  series: number
  /** Groups that passed the screen or were not quiet: judged at every step until they are quiet again. */
  readonly watched: Set<string>
  /** Groups judged at the newest look. */
  judged: number
}

export function createLookout(): Lookout {
  return { groups: [], entities: -1, series: -1, watched: new Set(), judged: 0 }
}

const QUIET: Verdict = { kind: 'quiet' }

/** Everything that the ledger must be told at the newest closed step. */
export function lookAt(state: EngineState, lookout: Lookout, ledger: Ledger): Suspicion[] {
  refresh(state, lookout)
  const followed = new Set(ledger.subjects().map(subjectKey))
  const open = new Set(ledger.told().flatMap(({ carrier, symptoms }) => [carrier, ...symptoms].map(subjectKey)))
  const suspicions: Suspicion[] = []
  lookout.judged = 0
  for (const group of lookout.groups) {
    const key = subjectKey({ ...group, cluster: state.settings.cluster })
    const metric = watchedMetric(state, group)
    if (metric === undefined) continue
    if (!lookout.watched.has(key) && !followed.has(key) && !passesScreen(state, group, metric)) continue
    lookout.judged += 1
    const suspicion = suspect(state, group, metric, open.has(key))
    const isQuiet = suspicion.verdict.kind === 'quiet' || suspicion.verdict.kind === 'warming'
    if (isQuiet) lookout.watched.delete(key)
    else lookout.watched.add(key)
    if (!isQuiet) suspicions.push(suspicion)
    else if (followed.has(key)) suspicions.push(quietSuspicion(state, group, metric, QUIET))
  }
  return suspicions
}

function refresh(state: EngineState, lookout: Lookout): void {
  if (lookout.entities === state.entities.changes && lookout.series === state.series.changes) return
  lookout.entities = state.entities.changes
  lookout.series = state.series.changes
  lookout.groups = groupsOf(state)
  const keys = new Set(lookout.groups.map((group) => subjectKey({ ...group, cluster: state.settings.cluster })))
  for (const key of lookout.watched) if (!keys.has(key)) lookout.watched.delete(key)
}

/** Whether some copy may rise at some grain of which a step has just been finished. */
function passesScreen(state: EngineState, { members }: Group, metric: string): boolean {
  const { tensor, closedStep } = state
  for (let ring = 0; ring < tensor.rings.length; ring++) {
    const ratio = tensor.rings[ring]!.stepMs / tensor.rings[0]!.stepMs
    if ((closedStep + 1) % ratio !== 0) continue
    for (const { metrics } of members) {
      const sources = metrics.get(metric)
      const span = sources === undefined ? undefined : spanOf(state, sources, ring)
      if (sources === undefined || span === undefined) continue
      const floor = tensor.read(sources[0]!.id, ring, closedStep, span.steps, 'floor')
      for (const { id } of sources.slice(1)) {
        const more = tensor.read(id, ring, closedStep, span.steps, 'floor')
        for (let step = 0; step < floor.length; step++) floor[step]! += more[step]!
      }
      if (mayRise(floor)) return true
    }
  }
  return false
}
