/**
 * A finding as a person wants to meet it: what state it is in, the one sentence, the few facts to act on, what to do.
 *
 * ```
 * ● OPEN  cart: memory leaks about 18 MiB/h since 09:41 UTC; limit reached in about 6 h (4–9 h); …
 *     grows       18 MiB/h (15 MiB/h to 21 MiB/h)
 *     by          frontend → cart  POST /cart
 *   next
 *     1. kubectl -n shop port-forward deploy/cart 9229
 *   0123456789abcdef-1  09:41:07 UTC
 * ```
 */

import type { KeyValue, LogRecord, LogsRequest, Scope } from '../../proto/otlp.ts'
import { eventNameOf, factsOf, nextStepsOf, READS } from './facts.ts'
import type { Paint, Palette } from './palette.ts'
import { attribute, clockTime, oneLine, textOf } from './values.ts'

/** The scope and the beginning of the event names by which findings are known. */
export const FINDING_SCOPE = 'leakmesh'
export const FINDING_EVENTS = 'leak.finding.'

/** Findings of a request, in its order. */
export function findingsOf(request: LogsRequest): readonly LogRecord[] {
  return (request.resourceLogs ?? []).flatMap((of) =>
    (of.scopeLogs ?? []).flatMap((scoped) =>
      (scoped.logRecords ?? []).filter((record) => isFinding(record, scoped.scope)),
    ),
  )
}

function isFinding(record: LogRecord, scope: Scope | undefined): boolean {
  return scope?.name === FINDING_SCOPE && eventNameOf(record).startsWith(FINDING_EVENTS)
}

/** @param isDetailed all other attributes too. */
export function findingCard(record: LogRecord, palette: Palette, isDetailed: boolean): string {
  const state = textOf(attribute(record.attributes, READS.state)) || 'finding'
  const paint = paintOf(state, palette)
  const { bold, dim } = palette
  const steps = nextStepsOf(record).map((step, i) => `    ${i + 1}. ${command(step, dim)}`)
  const foot = [textOf(attribute(record.attributes, READS.id)), `${clockTime(record.timeUnixNano)} UTC`]
  return [
    `${paint(`● ${state.toUpperCase()}`)}  ${bold(textOf(record.body))}`,
    ...factsOf(record).map(([label, text]) => `    ${dim(label.padEnd(11))} ${text}`),
    ...(steps.length > 0 ? [`  ${dim('next')}`, ...steps] : []),
    ...(isDetailed
      ? [`  ${dim('all of it')}`, ...(record.attributes ?? []).map((entry) => attributeLine(entry, dim))]
      : []),
    `  ${dim(foot.join('  '))}`,
    '',
  ].join('\n')
}

function attributeLine({ key, value }: KeyValue, dim: Paint): string {
  return `    ${dim(oneLine(key))} ${textOf(value)}`
}

/** Steps are commands with a comment behind: the comment steps back. */
function command(step: string, dim: Paint): string {
  const comment = step.indexOf('  # ')
  return comment < 0 ? step : step.slice(0, comment) + dim(step.slice(comment))
}

function paintOf(state: string, { red, yellow, cyan, green, dim }: Palette): Paint {
  switch (state) {
    case 'critical':
      return red
    case 'open':
      return yellow
    case 'resolved':
      return green
    case 'suppressed':
      return dim
    default:
      return cyan
  }
}
