/**
 * What watching costs, by how much there is to watch: series, services and edges through the rooms of the leak detector; and
 * the whole process beside Prometheus with a rule for each series.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { median } from 'simple-statistics'
import { type CostPoint, costPicture } from './cost_plot.ts'
import { type WholeCost, type WholeShape, wholeCostOfOurs, wholeCostOfPrometheus } from './cost_whole.ts'
import { costOfSteps, SERVICES, type StepShape } from './engine.ts'
import type { Size } from './part.ts'
import { findPrometheus } from './prometheus.ts'
import { MOVING_PERCENT, SERIES_PER_INSTANCE } from './series_load.ts'
import { spread, table } from './spread.ts'

const STEP_MS = 60_000
/** Of a hundred series of a healthy fleet so many move at a time. */
const USUAL_PERCENT = 2
const HOUR_STEPS = 60
/** Two and a half hours: the middle ring is used, the coarse one a little. */
const STEPS = 150
/** What the rule looks back on. */
const FILL_STEPS = 6 * HOUR_STEPS
/** Prometheus writes a block every two hours: one is in it. */
const WHOLE_STEPS = 2 * HOUR_STEPS
const SMOKE_STEPS = 20
/** leakmesh looks once a second. */
const SETTLE_MS = 1_500

/** Prints the tables; draws them, too, where `size.svg` says a file. */
export async function benchCost(size: Size): Promise<void> {
  const inRooms = await benchRooms(size)
  const whole = await benchWhole(size)
  if (size.svg === undefined) return
  mkdirSync(dirname(size.svg), { recursive: true })
  writeFileSync(size.svg, costPicture([...inRooms, ...whole]))
}

/** Series, then services, then edges: each alone, the others held. */
function shapesOf({ smoke, full }: Size): readonly StepShape[] {
  const spreadOut = (series: number) => ({
    series,
    services: servicesOf(series),
    edges: 0,
    movingPercent: USUAL_PERCENT,
  })
  if (smoke) return [spreadOut(100), { series: 1_000, services: 20, edges: 100, movingPercent: MOVING_PERCENT }]
  return [
    ...[100, 1_000, 10_000, ...(full ? [100_000] : [])].map(spreadOut),
    { ...spreadOut(10_000), movingPercent: MOVING_PERCENT },
    ...[10, 1_000].map((services) => ({ ...spreadOut(10_000), services })),
    ...[100, 1_000, 10_000].map((edges) => ({ ...spreadOut(1_000), edges })),
  ]
}

/** No more services than instances. */
function servicesOf(series: number): number {
  return Math.min(SERVICES, series / SERIES_PER_INSTANCE)
}

async function benchRooms(size: Size): Promise<readonly CostPoint[]> {
  const points: CostPoint[] = []
  const rows: string[][] = []
  for (const shape of shapesOf(size)) {
    const runs = []
    for (let round = 0; round < (shape.series > 10_000 ? 1 : size.rounds); round++)
      runs.push(await costOfSteps(shape, size.smoke ? SMOKE_STEPS : STEPS))
    const both = runs.map(({ ingestUs, engineUs }) => ingestUs + engineUs)
    if (shape.edges === 0 && shape.services === servicesOf(shape.series) && shape.movingPercent === USUAL_PERCENT)
      points.push({ series: shape.series, who: 'leakmesh: read, decode, keep, detect', us: median(both) })
    rows.push([
      ...[shape.series, shape.movingPercent, shape.services, shape.edges].map(String),
      spread(runs.map(({ ingestUs }) => ingestUs)),
      spread(runs.map(({ engineUs }) => engineUs)),
      spread(both),
      spread(runs.map(({ stepMs }) => stepMs)),
      spread(runs.map(({ peakMiB }) => peakMiB)),
    ])
  }
  const head = [
    'cost: series',
    '% that move',
    'services',
    'edges',
    'µs a series and step: read',
    'decode, keep, detect',
    'together',
  ]
  process.stdout.write(`${table([...head, 'CPU-ms a step', 'peak RSS MiB'], rows)}\n`)
  return points
}

async function benchWhole({ smoke, full }: Size): Promise<readonly CostPoint[]> {
  const prometheus = findPrometheus()
  const points: CostPoint[] = []
  const rows: string[][] = []
  for (const series of smoke ? [100] : [100, 1_000, 10_000, ...(full ? [100_000] : [])]) {
    const shape = {
      series,
      services: servicesOf(series),
      stepMs: STEP_MS,
      movingPercent: USUAL_PERCENT,
      ...stepsOf(smoke),
      settleMs: SETTLE_MS,
    }
    const ours = await wholeCostOfOurs(shape)
    const theirs = prometheus && (await wholeCostOfPrometheus(prometheus.path, shape))
    points.push({ series, who: 'leakmesh: whole process', us: ours.keepUs })
    if (theirs !== undefined)
      points.push({ series, who: 'Prometheus: kept and asked', us: theirs.keepUs + theirs.askUs })
    const row = wholeRow(series, ours, theirs)
    // The larger ones take minutes: what was measured is not lost when somebody ends the run.
    process.stderr.write(`${row.join('  ')}\n`)
    rows.push(row)
  }
  const head = [
    'whole process: series',
    'leakmesh, µs a series and step',
    'Prometheus: kept',
    'predict_linear',
    'together',
  ]
  process.stdout.write(
    `${prometheus?.version ?? 'no Prometheus here (PROMETHEUS is not set)'}\n` +
      `${table([...head, 'ratio', 'RSS MiB', 'Prometheus'], rows)}\n`,
  )
  return points
}

function stepsOf(smoke: boolean): Pick<WholeShape, 'fillSteps' | 'steps'> {
  return smoke ? { fillSteps: SMOKE_STEPS, steps: SMOKE_STEPS } : { fillSteps: FILL_STEPS, steps: WHOLE_STEPS }
}

function wholeRow(series: number, ours: WholeCost, theirs: WholeCost | undefined): string[] {
  const none = ['–', '–', '–', '–', ours.rssMiB.toFixed(0), '–']
  if (theirs === undefined) return [String(series), ours.keepUs.toFixed(2), ...none]
  const together = theirs.keepUs + theirs.askUs
  return [
    String(series),
    ours.keepUs.toFixed(2),
    theirs.keepUs.toFixed(2),
    theirs.askUs.toFixed(2),
    together.toFixed(2),
    (ours.keepUs / together).toFixed(2),
    ours.rssMiB.toFixed(0),
    theirs.rssMiB.toFixed(0),
  ]
}
