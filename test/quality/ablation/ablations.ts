/** The parts of the product that are left out in turn, and how. */
import type { EngineSettings } from '../../../processor/leak_detector/engine/settings.ts'
import type { Request } from '../case.ts'

/** One part left out. */
export interface Ablation {
  readonly name: string
  /** Setting that leaves it out. */
  readonly settings?: Partial<EngineSettings>
  /** Signal that is not heard. */
  readonly deafTo?: Request['signal']
  /** File of the product, below `processor/leak_detector/`, and the stand-in that takes its place. */
  readonly standIns?: Readonly<Record<string, string>>
}

/** In the order of the report. */
export const ABLATIONS: readonly Ablation[] = [
  { name: 'no-spans', deafTo: 'traces' },
  {
    name: 'no-floor',
    standIns: {
      'engine/windows.ts': 'no_floor_windows.ts',
      'detect/blocks.ts': 'no_floor_blocks.ts',
      'detect/screen.ts': 'no_screen.ts',
    },
  },
  { name: 'no-pool', standIns: { 'detect/pool.ts': 'no_pool.ts' } },
  { name: 'no-by-age', standIns: { 'detect/by_age.ts': 'no_by_age.ts' } },
  { name: 'no-budget', standIns: { 'detect/settings.ts': 'no_budget.ts', 'detect/screen.ts': 'no_screen.ts' } },
  { name: 'no-hold', settings: { ledger: { openShare: 0 } } },
  { name: 'no-heap-explains', standIns: { 'engine/heap_explains.ts': 'no_heap_explains.ts' } },
  { name: 'no-load', standIns: { 'detect/load.ts': 'no_load.ts' } },
  { name: 'no-explanations', standIns: { 'detect/explain.ts': 'no_explanations.ts' } },
]

/** The ablation of this name; throws when there is none. */
export function ablation(name: string): Ablation {
  const found = ABLATIONS.find((one) => one.name === name)
  if (found === undefined)
    throw new Error(`no ablation ${name}; there are ${ABLATIONS.map((one) => one.name).join(', ')}`)
  return found
}
