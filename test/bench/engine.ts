/**
 * What a series costs at each step: its points read from the wire into cells and a batch (what an ingest thread does),
 * and the batch decoded, kept and looked at (what the engine thread does); and what it costs in memory.
 */
import { median } from 'simple-statistics'
import { pathOf, runMeasured, type Spent } from './child.ts'
import type { EngineCost } from './engine_child.ts'
import type { Size } from './part.ts'
import { MOVING_PERCENT } from './series_load.ts'
import { spread, table } from './spread.ts'

const STEPS = 150
const SMOKE_STEPS = 60

/** Prints the table. */
export async function benchEngine({ rounds, smoke, full }: Size): Promise<void> {
  const sizes = smoke ? [1_000] : full ? [1_000, 10_000, 100_000] : [1_000, 10_000]
  const rows: string[][] = []
  for (const series of sizes) {
    const runs: (EngineCost & Spent)[] = []
    for (let round = 0; round < (series > 10_000 ? 1 : rounds); round++) {
      runs.push(
        await costOfSteps(
          { series, services: SERVICES, edges: 0, movingPercent: MOVING_PERCENT },
          smoke ? SMOKE_STEPS : STEPS,
        ),
      )
    }
    const of = (key: Exclude<keyof EngineCost, 'hash'>): number[] => runs.map((run) => run[key])
    rows.push([
      String(series),
      spread(of('ingestUs')),
      spread(of('engineUs')),
      spread(of('slowestStepMs')),
      (median(of('heldBytes')) / 1024).toFixed(2),
      (median(of('tensorBytes')) / 1024).toFixed(2),
      spread(runs.map(({ peakMiB }) => peakMiB)),
      String(runs[0]!.findings),
      [...new Set(runs.map(({ hash }) => hash))].join(' '),
    ])
  }
  const head = [
    'engine: series',
    'µs a series and step: read',
    'decode, keep, detect',
    'slowest step, CPU-ms',
    'KiB held a series',
    'of it tensor',
    'peak RSS MiB',
    'findings',
    'hash',
  ]
  process.stdout.write(`${table(head, rows)}\n`)
}

/** How much there is to do in a step. */
export interface StepShape {
  readonly series: number
  readonly services: number
  /** Distinct calls between services, each made once a step. */
  readonly edges: number
  /** Of a hundred series so many do not lie flat. */
  readonly movingPercent: number
}

/** Services that series are spread over where nothing else is said. */
export const SERVICES = 200

/** One measurement, in a process of its own. */
export async function costOfSteps(shape: StepShape, steps: number): Promise<EngineCost & Spent> {
  const { series, services, edges, movingPercent } = shape
  const args = [series, steps, services, edges, movingPercent].map(String)
  const { output, cpuSeconds, peakMiB } = await runMeasured(pathOf('test/bench/engine_child.ts'), args, ['--expose-gc'])
  return { ...(JSON.parse(output) as EngineCost), cpuSeconds, peakMiB }
}
