/**
 * A pivot over the fleet, like RESIN's (Lou et al., OSDI 2022), as far as it is published: hosts are put into buckets by
 * use, and not a host but the count of a bucket is watched, which one host's noise or load cannot move.
 *
 * Ours: instances of one service, buckets of 5 % of the limit. For every bucket the count of instances in it or above is
 * compared with its mean and deviation so far (at least a day, at most 14, the last 6 h left out): a rise of 3 sigma for
 * 30 min alarms, if the instances that are up there also rise by themselves (the confirmation at the process; the line
 * of the last 6 h). Severity is deviation times count. Needs four instances at once: smaller fleets stay silent.
 */
import { isBytes } from '../../../processor/leak_detector/finding/finding.ts'
import {
  type Baseline,
  byTime,
  DAY_MS,
  exhaustAt,
  type Fleet,
  fleetsOf,
  HOUR_MS,
  hold,
  type Look,
  MINUTE_MS,
  stepsBefore,
  tell,
  type Watch,
} from './alarm.ts'
import { lastBefore, lineOf, medianOf } from './line.ts'
import { LOOKBACK_MS, limitAt, type Series, type SeriesSet } from './series.ts'

const EVERY_MS = 15 * MINUTE_MS
const BUCKETS = 20
const FLEET_MIN = 4
const SIGMAS = 3
/** Counts are whole: a baseline that never moved still has half an instance of doubt. */
const SIGMA_MIN = 0.5
const BASELINE_MIN = DAY_MS / EVERY_MS
const BASELINE_MAX = (14 * DAY_MS) / EVERY_MS
const RECENT_MS = 6 * HOUR_MS
const RECENT = RECENT_MS / EVERY_MS
const FOR_MS = 30 * MINUTE_MS

/** Looks at memory and heap with a limit. */
export function fleetPivot(): Baseline {
  return {
    name: 'fleet_pivot',
    decide: (set) =>
      fleetsOf(set, ({ resource, limits }) => isBytes(resource) && limits.length > 0)
        .filter(({ series }) => series.length >= FLEET_MIN)
        .flatMap((fleet) => tell(set, fleet, EVERY_MS, hold(pivot(fleet, set), FOR_MS, 0)))
        .toSorted(byTime),
  }
}

function pivot(fleet: Fleet, set: SeriesSet): Watch {
  const baseline = createBaseline()
  return (atMs) => {
    const step = stepsBefore(set, atMs)
    const shares = sharesOf(fleet, set, step)
    const counts = Array.from({ length: BUCKETS }, (_, bucket) => shares.filter((share) => share >= bucket).length)
    baseline.push(counts)
    if (baseline.size < BASELINE_MIN || counts[0]! < FLEET_MIN) return undefined
    let worst: Look | undefined
    for (let bucket = 1; bucket < BUCKETS; bucket++) {
      const rise = baseline.rise(counts, bucket)
      if (rise <= SIGMAS || rise * counts[bucket]! <= (worst?.severity ?? 0)) continue
      const up = fleet.series.filter((_, at) => shares[at]! >= bucket)
      worst = confirmed(up, set, step, atMs, rise * counts[bucket]!) ?? worst
    }
    return worst
  }
}

/** Use of each instance in buckets of the limit; NaN for one that tells nothing now. */
function sharesOf({ series }: Fleet, { stepMs }: SeriesSet, step: number): readonly number[] {
  const back = Math.max(1, Math.round(LOOKBACK_MS / stepMs))
  return series.map((one) => (BUCKETS * lastBefore(one.values, step - one.firstStep, back)) / limitAt(one, step))
}

interface FleetBaseline {
  /** Looks that count. */
  readonly size: number
  push(counts: readonly number[]): void
  /** Standard deviations over the mean. */
  rise(counts: readonly number[], bucket: number): number
}

/** Sums of whole numbers over the last 14 days but for the newest 6 h; exact, so adding and taking off do not drift. */
function createBaseline(): FleetBaseline {
  const history: (readonly number[])[] = []
  const sums = new Float64Array(BUCKETS)
  const squares = new Float64Array(BUCKETS)
  let size = 0
  const weigh = (counts: readonly number[] | undefined, weight: 1 | -1) => {
    if (counts === undefined) return
    size += weight
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      sums[bucket]! += weight * counts[bucket]!
      squares[bucket]! += weight * counts[bucket]! ** 2
    }
  }
  return {
    get size() {
      return size
    },
    push(counts) {
      history.push(counts)
      weigh(history[history.length - 1 - RECENT], 1)
      weigh(history[history.length - 1 - RECENT - BASELINE_MAX], -1)
    },
    rise(counts, bucket) {
      const mean = sums[bucket]! / size
      const sigma = Math.sqrt(Math.max(0, squares[bucket]! / size - mean * mean))
      return (counts[bucket]! - mean) / Math.max(SIGMA_MIN, sigma)
    },
  }
}

function confirmed(
  up: readonly Series[],
  set: SeriesSet,
  step: number,
  atMs: number,
  severity: number,
): Look | undefined {
  const slopes = up.map(({ values, firstStep }) => {
    const end = step - firstStep
    return lineOf(values, end - Math.round(RECENT_MS / set.stepMs), end)?.slope ?? 0
  })
  const perSecond = (medianOf(Float64Array.from(slopes)) / set.stepMs) * 1000
  if (perSecond <= 0) return undefined
  const ends = up.flatMap((one) => {
    const level = lastBefore(one.values, step - one.firstStep, LOOKBACK_MS / set.stepMs + 1)
    return exhaustAt(atMs, level, perSecond, limitAt(one, step)) ?? []
  })
  return { perSecond, severity, ...(ends.length === 0 ? {} : { exhaustMs: Math.min(...ends) }) }
}
