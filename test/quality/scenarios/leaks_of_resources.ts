/** Leaks by what they hold: shapes of the heap, memory outside of it, and things that are counted. */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import { JVM_PROMOTED } from '../world/collection.ts'
import { HOUR_MS, keptByTime, type Level, MIB, MINUTE_MS } from '../world/parts.ts'
import type { LeakPlan, Part, Runtime } from '../world/plan.ts'
import { HEAP, LIFE_HOURS, leakByCalls, leakByTime, leaking, limitAfter, PACE, type Stage } from './leaking.ts'
import { at, type Scenario } from './scenario.ts'

/** A leak of items: descriptors, threads, connections. */
function items(
  number: number,
  name: string,
  runtime: Runtime,
  level: Level,
  resources: readonly LeakResource[],
  isByCalls: boolean,
): Scenario {
  return leaking(number, name, (run, severity) => {
    run.service.runtime = runtime
    const perHour = at(severity, [240, 120, 60, 30, 15])
    run.service.parts.push(busy(level))
    const leak = { level, perHour, operation: 'POST /cart' } as const
    run.service.leaks.push(
      isByCalls ? leakByCalls(run, leak, resources, 'operation') : leakByTime(run, level, perHour, resources),
    )
  })
}

/** Items in use at any time: a few, and some for each request in flight. */
function busy(level: Level): Part {
  return (chance) => (tick, levels) => {
    levels[level] += Math.round(30 + tick.inFlight * 2 + 2 * chance.next())
  }
}

/** A curve of its own since the onset. */
function curved({ onsetMs, draft }: Stage, level: Level, curve: (hours: number) => number): LeakPlan {
  return {
    part: () => (tick, levels) => {
      if (tick.atMs > onsetMs) levels[level] += curve((tick.atMs - onsetMs) / HOUR_MS)
    },
    level,
    resources: HEAP,
    onsetMs,
    untilMs: draft.endMs,
    kind: 'time_driven',
    identifiable: 'nothing',
  }
}

export const LEAKS_OF_RESOURCES: readonly Scenario[] = [
  leaking(6, 'sawtooth with rising floor', (run) => {
    run.service.runtime = 'jvm'
    run.service.parts.push((chance) => ({ stepMs }, levels) => {
      levels.garbage += ((8 * MIB) / JVM_PROMOTED) * chance.between(0.5, 1.5) * (stepMs / MINUTE_MS)
    })
    run.service.leaks.push(
      leakByCalls(run, { level: 'live', perHour: run.perHour, operation: 'POST /cart' }, HEAP, 'operation'),
    )
  }),
  leaking(7, 'cache that feeds on itself', (run, severity) => {
    const doublingHours = at(severity, [2, 3, 5, 8, 12])
    const lifeHours = at(severity, LIFE_HOURS)
    const first = (at(severity, PACE) * MIB * lifeHours) / (2 ** (lifeHours / doublingHours) - 1)
    run.service.leaks.push(curved(run, 'live', (hours) => first * (2 ** (hours / doublingHours) - 1)))
  }),
  leaking(17, 'native memory, heap flat', (run) => {
    const leak = { level: 'native', perHour: run.perHour, operation: 'POST /cart' } as const
    run.service.leaks.push(leakByCalls(run, leak, ['native', 'memory'], 'operation'))
  }),
  leaking(18, 'heap grows, resident set flat', (run) => {
    run.service.runtime = 'jvm'
    // The heap was touched at start: its pages are resident from the beginning.
    run.service.parts.push(() => (_tick, levels) => {
      levels.native += Math.max(0, run.service.heapLimitBytes - levels.live)
    })
    run.service.containerLimitBytes = run.service.heapLimitBytes * 2 + 512 * MIB
    run.service.leaks.push(
      leakByCalls(run, { level: 'live', perHour: run.perHour, operation: 'POST /cart' }, HEAP, 'operation'),
    )
  }),
  items(19, 'file descriptors', 'bare', 'fd', ['fd'], true),
  items(20, 'goroutines', 'go', 'goroutine', ['goroutine', 'heap', 'memory'], true),
  items(46, 'threads', 'jvm', 'thread', ['thread', 'memory'], false),
  items(21, 'connections of a pool', 'jvm', 'connection', ['connection'], true),
  items(22, 'timers and listeners', 'node', 'handle', ['handle'], false),
  leaking(25, 'logarithm that reaches the limit', (run, severity) => {
    const lifeHours = at(severity, LIFE_HOURS)
    const scale = (at(severity, PACE) * MIB * lifeHours) / Math.log(1 + lifeHours / 4)
    limitAfter(run.service, at(severity, PACE) * MIB * lifeHours)
    run.service.leaks.push(curved(run, 'live', (hours) => scale * Math.log(1 + hours / 4)))
  }),
  leaking(47, 'steps of big buffers', (run, severity) => {
    // A job keeps a buffer each time it runs.
    const everyHours = at(severity, [0.5, 1, 1, 2, 2])
    const { onsetMs } = run
    const grain: LeakPlan = leakByTime(run, 'live', run.perHour, HEAP)
    const smooth = keptByTime('live', run.perHour, ({ atMs }) => atMs > onsetMs)
    run.service.leaks.push({
      ...grain,
      part: (chance) => {
        const ask = smooth(chance)
        return (tick, levels) => {
          const before = levels.live
          ask(tick, levels)
          const piece = run.perHour * everyHours
          levels.live = before + Math.floor((levels.live - before) / piece) * piece
        }
      },
    })
  }),
]
