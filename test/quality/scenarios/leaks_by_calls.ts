/** Leaks of requests: who calls what decides. */
import { HEAP, leakByCalls, leakByTime, stage } from './leaking.ts'
import type { Scenario } from './scenario.ts'

export const LEAKS_BY_CALLS: readonly Scenario[] = [
  {
    number: 1,
    name: 'linear, time-driven',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      run.service.leaks.push(leakByTime(run, 'live', run.perHour, HEAP))
      return run.draft.finish()
    },
  },
  {
    number: 2,
    name: 'bytes per call',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      run.service.leaks.push(
        leakByCalls(run, { level: 'live', perHour: run.perHour, operation: 'POST /cart' }, HEAP, 'operation'),
      )
      return run.draft.finish()
    },
  },
  {
    number: 3,
    name: 'one caller only',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      run.service.leaks.push(
        leakByCalls(
          run,
          { level: 'live', perHour: run.perHour, operation: 'POST /cart', caller: 'mobile' },
          HEAP,
          'caller',
        ),
      )
      return run.draft.finish()
    },
  },
]
