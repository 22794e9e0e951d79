/** One look at everything, after a step was closed: which groups are screened, which are judged, what is told. */

import type { Verdict } from '../detect/evidence.ts'
import { mayGrow } from '../detect/screen.ts'
import { subjectKey } from '../finding/identity.ts'
import type { Ledger } from '../finding/ledger.ts'
import type { Suspicion } from '../finding/suspicion.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Group, groupsOf, watchedMetric } from './groups.ts'
import { besideHeap } from './heap_explains.ts'
import type { SourceSeries } from './series.ts'
import type { EngineState } from './state.ts'
import { livesShort, quietSuspicion, suspect } from './suspect.ts'

const QUIET: Verdict = { kind: 'quiet' }

/** What is remembered of groups from one look to the next. */
export interface Lookout {
  groups: readonly Seen[]
  /** `changes` of entities and series when the groups were put together. */
  entities: number
  series: number
  /** Groups that passed the screen and what was said of them. */
  readonly watched: Map<string, Watched>
  /** Groups judged at the newest look. */
  judged: number
}

/** A group with what it goes by, put together once for all looks. */
interface Seen {
  readonly group: Group
  readonly key: string
  /** Key of the heap of the same copies; only of memory whose heap is told. */
  readonly heapKey?: string
}

interface Watched {
  readonly suspicion: Suspicion
  readonly metric: string
  /** Step of the next judgement: until then nothing can have changed by much, and the last one holds. */
  readonly nextStep: number
}

/** A lookout that has seen nothing. */
export function createLookout(): Lookout {
  return { groups: [], entities: -1, series: -1, watched: new Map(), judged: 0 }
}

/**
 * A watched group is judged anew when this part of what was seen of it has been added: one that is told of soonest, one
 * whose growth has a harmless cause, or is none, last.
 */
const LOOKS_A_LIFE = { harmless: 12, watched: 24, followed: 48 }
/** Of a longer life no more counts: a new leak in an old process must not wait for long. */
const SEEN_STEPS_MAX = 288
/** However long the steps are, nobody waits longer for the next judgement. */
const PAUSE_MAX_MS = 12 * 60_000

/** Everything that the ledger must be told at the newest closed step. */
export function lookAt(state: EngineState, lookout: Lookout, ledger: Ledger): Suspicion[] {
  refresh(state, lookout)
  const followed = new Set(ledger.subjects().map(subjectKey))
  const open = new Set(ledger.told().flatMap(({ carrier, symptoms }) => [carrier, ...symptoms].map(subjectKey)))
  const suspicions: Suspicion[] = []
  lookout.judged = 0
  for (const seen of lookout.groups) {
    const { group, key } = seen
    const standing = { isFollowed: followed.has(key), isOpen: open.has(key) }
    const said = lookAtGroup(state, lookout, group, key, standing)
    const suspicion = said === undefined ? undefined : withHeap(state, lookout, seen, said)
    if (suspicion !== undefined && (isWorth(suspicion) || standing.isFollowed)) suspicions.push(suspicion)
    if (suspicion === undefined && standing.isFollowed) suspicions.push(...stillQuiet(state, group))
  }
  return suspicions
}

/** Memory beside what was last said of its heap: groups are in the order of their names, heap before memory. */
function withHeap({ settings }: EngineState, { watched }: Lookout, { heapKey }: Seen, said: Suspicion): Suspicion {
  if (heapKey === undefined) return said
  return besideHeap(said, watched.get(heapKey)?.suspicion, settings.detect.patienceMs)
}

/** How a group stands in the ledger. */
interface Standing {
  readonly isFollowed: boolean
  readonly isOpen: boolean
}

function isWorth({ verdict }: Suspicion): boolean {
  return verdict.kind === 'growing' || verdict.kind === 'explained'
}

/** Not growing, or for a reason that an hour more does not take away. */
function isHarmless({ verdict }: Suspicion): boolean {
  return verdict.kind === 'quiet' || (verdict.kind === 'explained' && !verdict.reasons.includes('warmup'))
}

function lookAtGroup(
  state: EngineState,
  lookout: Lookout,
  group: Group,
  key: string,
  { isFollowed, isOpen }: Standing,
): Suspicion | undefined {
  const metric = watchedMetric(state, group)
  const known = lookout.watched.get(key)
  if (metric === undefined) return undefined
  const wasWorth = known !== undefined && isWorth(known.suspicion)
  const isPaused = known?.metric === metric && state.closedStep < known.nextStep
  if (isPaused && (wasWorth || !isFollowed)) return again(state, known)
  if (!wasWorth && !isFollowed && !isAskedByAge(state, group) && !passesScreen(state, group, metric)) return undefined
  lookout.judged += 1
  const suspicion = suspect(state, group, metric, isOpen)
  const looks = isFollowed ? 'followed' : isHarmless(suspicion) ? 'harmless' : 'watched'
  const nextStep = state.closedStep + pauseAfter(state, group, metric, LOOKS_A_LIFE[looks])
  lookout.watched.set(key, { suspicion, metric, nextStep })
  return suspicion
}

function again({ closedStep, settings }: EngineState, { suspicion }: Watched): Suspicion {
  return { ...suspicion, atMs: (closedStep + 1) * settings.stepMs }
}

/** Steps until the next judgement: the longer a group has been seen, the less a step can change. */
function pauseAfter(
  { tensor, closedStep, settings }: EngineState,
  { members }: Group,
  metric: string,
  looksALife: number,
): number {
  const first = Math.min(
    ...members.flatMap(({ metrics }) => (metrics.get(metric) ?? []).map(({ id }) => tensor.firstStep(id))),
  )
  const seen = Math.min(closedStep - first, SEEN_STEPS_MAX)
  return Math.max(1, Math.floor(Math.min(seen / looksALife, PAUSE_MAX_MS / settings.stepMs)))
}

/** A group that is followed and has data must be told of; one without data is told of by saying nothing. */
function stillQuiet(state: EngineState, group: Group): Suspicion[] {
  const metric = watchedMetric(state, group)
  return metric === undefined ? [] : [quietSuspicion(state, group, metric, QUIET)]
}

function refresh(state: EngineState, lookout: Lookout): void {
  if (lookout.entities === state.entities.changes && lookout.series === state.series.changes) return
  lookout.entities = state.entities.changes
  lookout.series = state.series.changes
  const keyOf = (subject: Omit<Group, 'members'>) => subjectKey({ ...subject, cluster: state.settings.cluster })
  const groups = groupsOf(state)
  const keys = new Set(groups.map(keyOf))
  lookout.groups = groups.map((group) => {
    const heapKey = keyOf({ ...group, resource: 'heap' })
    return { group, key: keyOf(group), ...(group.resource === 'memory' && keys.has(heapKey) && { heapKey }) }
  })
  for (const key of lookout.watched.keys()) if (!keys.has(key)) lookout.watched.delete(key)
}

/** The screen looks at copies one by one; short lives are put over each other every so many steps. */
function isAskedByAge({ closedStep }: EngineState, group: Group): boolean {
  return closedStep % BY_AGE_STEPS === 0 && livesShort(group)
}

const BY_AGE_STEPS = 30

/** Whether some copy may grow at some grain of which a step has just been finished. */
function passesScreen(state: EngineState, { members }: Group, metric: string): boolean {
  const { tensor, closedStep } = state
  for (let ring = 0; ring < tensor.rings.length; ring++) {
    const ratio = tensor.rings[ring]!.stepMs / tensor.rings[0]!.stepMs
    if ((closedStep + 1) % ratio !== 0) continue
    for (const { metrics } of members) {
      const sources = metrics.get(metric)
      if (sources !== undefined && mayGrowIn(state, sources, ring)) return true
    }
  }
  return false
}

function mayGrowIn({ tensor, closedStep }: EngineState, sources: readonly SourceSeries[], ring: number): boolean {
  const first = tensor.floors(sources[0]!.id, ring, closedStep)
  if (sources.length === 1 || first.count === 0) return mayGrow(first.values, first.newest, first.count)
  const { steps } = tensor.rings[ring]!
  const sum = new Float64Array(first.values)
  for (let n = 1; n < sources.length; n++) {
    const { values, count, last } = tensor.floors(sources[n]!.id, ring, closedStep)
    // Parts that end together lie alike in their rings.
    if (count === 0 || last !== first.last) return mayGrowTogether(tensor, closedStep, sources, ring)
    for (let at = 0; at < steps; at++) sum[at]! += values[at]!
  }
  return mayGrow(sum, first.newest, steps)
}

/** The same of parts that do not end at the same step. */
function mayGrowTogether(tensor: Tensor, closedStep: number, sources: readonly SourceSeries[], ring: number): boolean {
  const { steps } = tensor.rings[ring]!
  const sum = new Float64Array(steps)
  for (const { id } of sources) {
    const more = tensor.read(id, ring, closedStep, steps, 'floor')
    for (let step = 0; step < steps; step++) sum[step]! += more[step]!
  }
  return mayGrow(sum, steps - 1, steps)
}
