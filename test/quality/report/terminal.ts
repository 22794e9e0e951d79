/** The run as tables for the terminal: what is promised, by scenario, against others, and what failed. */
import Table from 'cli-table3'
import type { Bar, BarVerdict } from '../score/bars.ts'
import type { Reliability } from '../score/calibration.ts'
import type { Difference } from '../score/difference.ts'
import { FAILURE_KINDS, type Failure } from '../score/failures.ts'
import type { GroupSum } from '../score/groups.ts'
import type { Measured } from '../score/interval.ts'
import type { Summary } from '../score/sum.ts'
import { figure, interval } from './figures.ts'
import type { AblationSum, DetectorSum, QualityReport, RootSum } from './quality_report.ts'

/** Failures shown; the rest is counted. */
export const FAILURES_SHOWN = 40

const VERDICTS: Readonly<Record<BarVerdict, string>> = {
  met: 'met',
  not_met: 'NOT MET',
  not_measured: 'not measured',
  too_few: 'too few to tell',
}

/** All tables, one below the other. */
export function terminalText({ bars, ours, failures, detectors, roots, ablations }: QualityReport): string {
  return [
    `What is promised, on ${ours.cases} cases with ${ours.leaks} leaks (95 % intervals)`,
    barsTable(bars),
    'By scenario',
    groupsTable('scenario', ours.scenarios),
    'By severity and by disturbance',
    groupsTable('group', [...ours.severities, ...ours.disturbances]),
    'Against others, on the same bytes',
    detectorsTable(detectors),
    ...(roots.length === 0
      ? []
      : ['Which service is it: right when ours first speaks, and at last', rootsTable(roots)]),
    ...(ablations.length === 0
      ? []
      : ['Ours with one part left out, and the difference it makes', ablationsTable(ours, ablations)]),
    'Said at a confidence, and right: when the alarm opened, and at last',
    reliabilityTable(ours.opened, ours.final),
    failuresText(failures),
  ].join('\n')
}

function drawn(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } })
  for (const row of rows) table.push([...row])
  return table.toString()
}

function barsTable(bars: readonly Bar[]): string {
  const rows = bars.map(({ name, measured, least, greatest, verdict, sure }) => [
    name,
    figure(measured?.value),
    interval(measured),
    String(measured?.n ?? ''),
    targetText(least, greatest),
    `${VERDICTS[verdict]}${sure ? ', surely' : ''}`,
  ])
  return drawn(['promise', 'measured', 'interval', 'n', 'bar', 'verdict'], rows)
}

function targetText(least: number | undefined, greatest: number | undefined): string {
  if (least === undefined) return `≤ ${greatest}`
  return greatest === undefined ? `≥ ${least}` : `${least}–${greatest}`
}

function groupsTable(head: string, groups: readonly GroupSum[]): string {
  const rows = groups.map((group) => [
    group.key,
    String(group.cases),
    `${group.found}/${group.leaks}`,
    figure(group.recall?.value),
    figure(group.precision?.value),
    String(group.falseAlarms),
    figure(group.lifeFractionMedian),
    figure(group.forecastErrorMedian),
    figure(group.rootRight?.value),
  ])
  const columns = ['cases', 'found', 'recall', 'precision', 'false', 'life gone', 'time left error', 'root']
  return drawn([head, ...columns], rows)
}

/** The figure with its interval. */
function both(measured: Measured | undefined): string {
  return `${figure(measured?.value)} ${interval(measured)}`.trim()
}

function detectorsTable(detectors: readonly DetectorSum[]): string {
  const rows = detectors.map(({ name, summary }) => [
    name,
    both(summary.precision),
    both(summary.recall),
    both(summary.alarms.perServiceDay),
    both(summary.detection.median),
    figure(summary.rootRight?.value),
    figure(summary.forecast.error?.value),
  ])
  const columns = ['precision', 'recall', 'false a service-day', 'life gone', 'root', 'time left error']
  return drawn(['detector', ...columns], rows)
}

function rootsTable(roots: readonly RootSum[]): string {
  const rows = roots.map(({ name, first, last }) => [
    name,
    both(first),
    String(first?.n ?? 0),
    both(last),
    String(last?.n ?? 0),
  ])
  return drawn(['first suspect', 'when first said', 'cases', 'at last', 'cases'], rows)
}

function ablationsTable(ours: Summary, ablations: readonly AblationSum[]): string {
  const cell = (value: number | undefined, difference: Measured | undefined) =>
    [figure(value), signed(difference)].filter((text) => text !== '').join(', ')
  const row = (name: string, { precision, recall, alarms, culprit, detection }: Summary, less: Difference = {}) => [
    name,
    cell(precision?.value, less.precision),
    cell(recall?.value, less.recall),
    figure(alarms.perServiceDay?.value),
    cell(culprit.right?.value, less.culpritRight),
    cell(culprit.wrong?.value, less.culpritWrong),
    cell(detection.hoursMedian, less.laterHours),
  ]
  const columns = ['precision', 'recall', 'false a service-day', 'culprit right', 'culprit wrong', 'hours to it']
  const rows = ablations.map(({ name, summary, difference }) => row(name, summary, difference))
  return drawn(['left out', ...columns], [row('nothing', ours), ...rows])
}

/** @example signed({ value: 0.1, low: -0.05, high: 0.2, n: 9 }) // => '+0.1 (-0.05–0.2)' */
function signed(difference: Measured | undefined): string {
  if (difference === undefined) return ''
  const { value, low, high } = difference
  if (low === 0 && high === 0) return 'same'
  return `${value > 0 ? '+' : ''}${figure(value)} ${interval(difference)}`
}

function reliabilityTable(opened: Reliability, final: Reliability): string {
  const rows = [opened, final].flatMap(({ bins, error }, at) => [
    ...bins.map(({ from, count, said, right }) => [
      at === 0 ? 'opened' : 'last',
      `${from.toFixed(1)}–${(from + 0.1).toFixed(1)}`,
      String(count),
      figure(said),
      `${figure(right.value)} ${interval(right)}`,
    ]),
    [at === 0 ? 'opened' : 'last', 'mean gap', String(error?.n ?? 0), '', `${figure(error?.value)} ${interval(error)}`],
  ])
  return drawn(['moment', 'bin', 'alarms', 'said', 'right'], rows)
}

function failuresText(failures: readonly Failure[]): string {
  if (failures.length === 0) return 'No failures.\n'
  const rest = failures.length - FAILURES_SHOWN
  return [
    `Failures: ${failures.length} (${kindsText(failures)})`,
    ...failures.slice(0, FAILURES_SHOWN).map(({ caseId, reason }) => `  ${caseId}: ${reason}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    '',
  ].join('\n')
}

function kindsText(failures: readonly Failure[]): string {
  const counts = FAILURE_KINDS.map((kind) => [kind, failures.filter((one) => one.kind === kind).length] as const)
  return counts.flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : [])).join(', ')
}
