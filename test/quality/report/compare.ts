/** Two kept reports side by side: what got better, what got worse. */
import { figure } from './figures.ts'
import type { Figures, StoredBar, StoredReport } from './json.ts'

/** One figure that moved. */
export interface Change {
  readonly name: string
  /** Absent: was not measured. */
  readonly base?: number
  readonly head?: number
  readonly direction: 'better' | 'worse' | 'changed'
}

/** Which way is good: 1 more, -1 less. Figures not named here have none. */
const GOOD: Readonly<Record<string, 1 | -1>> = {
  recall: 1,
  precision: 1,
  rootRight: 1,
  rootRightAtLast: 1,
  culpritRight: 1,
  culpritWrong: -1,
  falseAlarms: -1,
  falseAlarmsPerServiceDay: -1,
  lifeFractionMedian: -1,
  forecastErrorMedian: -1,
}

/** Everything that moved: bars first, then scenarios, then detectors, then rankings. */
export function compareReports(base: StoredReport, head: StoredReport): readonly Change[] {
  return [
    ...namesOf(base.bars, head.bars).flatMap((name) => barChange(name, base.bars[name], head.bars[name])),
    ...figureChanges(base.scenarios, head.scenarios),
    ...figureChanges(base.detectors, head.detectors),
    ...figureChanges(rankingsOf(base), rankingsOf(head)),
  ]
}

/** Of a ranking, as told beside a detector of that name. */
function rankingsOf({ roots = {} }: StoredReport): Readonly<Record<string, Figures>> {
  return Object.fromEntries(Object.entries(roots).map(([name, figures]) => [`ranking ${name}`, figures]))
}

/** The changes as lines for the terminal, worse ones first. */
export function comparisonText(changes: readonly Change[]): string {
  if (changes.length === 0) return 'Nothing moved.\n'
  const order = ['worse', 'changed', 'better']
  const sorted = changes.toSorted((a, b) => order.indexOf(a.direction) - order.indexOf(b.direction))
  const number = (value: number | undefined) => (value === undefined ? 'nothing' : figure(value))
  return sorted
    .map(({ name, base, head, direction }) => `${direction}: ${name}: ${number(base)} → ${number(head)}\n`)
    .join('')
}

function namesOf(base: object, head: object): readonly string[] {
  return [...new Set([...Object.keys(base), ...Object.keys(head)])].toSorted()
}

function barChange(name: string, base: StoredBar | undefined, head: StoredBar | undefined): readonly Change[] {
  const good = base && head && gapOf(base) - gapOf(head)
  return change(`bar "${name}"`, base?.value, head?.value, good)
}

/** How far a figure is from its bar; beyond a one-sided bar, the further the better. */
function gapOf({ value = Number.NaN, least, greatest }: StoredBar): number {
  if (least === undefined) return value - greatest!
  return greatest === undefined ? least - value : Math.max(0, value - greatest, least - value)
}

function figureChanges(
  base: Readonly<Record<string, Figures>>,
  head: Readonly<Record<string, Figures>>,
): readonly Change[] {
  return namesOf(base, head).flatMap((group) =>
    namesOf(base[group] ?? {}, head[group] ?? {}).flatMap((field) => {
      const [before, after] = [base[group]?.[field], head[group]?.[field]]
      const isBoth = before !== undefined && after !== undefined
      return change(`${group} ${field}`, before, after, isBoth ? (after - before) * (GOOD[field] ?? 0) : undefined)
    }),
  )
}

/** @param good how much better it is; below 0 worse, about 0 or absent neither. */
function change(
  name: string,
  base: number | undefined,
  head: number | undefined,
  good: number | undefined,
): readonly Change[] {
  if (figure(base) === figure(head)) return []
  const direction = !good ? 'changed' : good > 0 ? 'better' : 'worse'
  return [{ name, base, head, direction }]
}
