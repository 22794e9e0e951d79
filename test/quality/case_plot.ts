/** One case as a picture: the resource that leaks, or that was blamed, of every copy of its service. */
import { limitAt, type Series, type SeriesSet } from './baselines/series.ts'
import type { Case, Statement } from './case.ts'
import type { CasePlot } from './report/plot_data.ts'

/** Lines in one picture; of more copies the first are drawn. */
const LINES_MAX = 6
/** The floor is the low of so many steps. */
const FLOOR_STEPS = 30

/** What to draw of a case; undefined when nothing leaks and nothing was said. */
export function plotOf(run: Case, { series }: SeriesSet, said: readonly Statement[]): CasePlot | undefined {
  const subject = subjectOf(run, said, series)
  if (subject === undefined) return undefined
  const shown = series.filter(({ service, resource }) => service === subject.service && resource === subject.resource)
  const lines = shown.slice(0, LINES_MAX).map((one) => ({ name: one.instance, values: onGrid(one, run) }))
  const limit = shown.length > 0 ? limitAt(shown[0]!, Number.MAX_SAFE_INTEGER) : Number.NaN
  const highest = lines.toSorted((a, b) => lastOf(b.values) - lastOf(a.values))[0]
  return {
    id: run.id,
    title: `${subject.service}: ${subject.resource}`,
    stepMs: run.stepMs,
    startMs: run.startMs,
    series: lines,
    ...(highest !== undefined && { floor: floorOf(highest.values) }),
    ...(Number.isFinite(limit) && { limit }),
    truth: run.leaks,
    statements: said.filter(({ service }) => service === subject.service),
  }
}

/** The leak, by the resource that was told of or the first that shows it; else what was blamed first. */
function subjectOf(
  run: Case,
  said: readonly Statement[],
  series: readonly Series[],
): Pick<Series, 'service' | 'resource'> | undefined {
  const [leak] = run.leaks
  if (leak === undefined) return said[0]
  const blamed = said.find(({ service, resource }) => service === leak.service && leak.resources.includes(resource))
  if (blamed !== undefined) return blamed
  const told = leak.resources.find((resource) =>
    series.some((one) => one.service === leak.service && one.resource === resource),
  )
  return told === undefined ? undefined : { service: leak.service, resource: told }
}

function onGrid({ firstStep, values }: Series, { startMs, endMs, stepMs }: Case): number[] {
  const steps = Math.round((endMs - startMs) / stepMs)
  return Array.from({ length: steps }, (_, step) => values[step - firstStep] ?? Number.NaN)
}

function floorOf(values: readonly number[]): number[] {
  return values.map((_, step) => {
    const from = Math.floor(step / FLOOR_STEPS) * FLOOR_STEPS
    return Math.min(...values.slice(from, from + FLOOR_STEPS).filter((value) => Number.isFinite(value)))
  })
}

function lastOf(values: readonly number[]): number {
  return values.findLast((value) => Number.isFinite(value)) ?? Number.NEGATIVE_INFINITY
}
