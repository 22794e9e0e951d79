/** The few facts of a finding that somebody acts on, taken from its attributes. */

import type { AnyValue, LogRecord } from '../../proto/otlp.ts'
import { amountText, byteText, percentText, rateText, timeText } from './amounts.ts'
import { attribute, oneLine, textOf } from './values.ts'

/** A label and what to say beside it. */
export type Fact = readonly [label: string, text: string]

/** Attributes that facts are made of. The finding's own table of names is where they come from; a test compares. */
export const READS = {
  id: 'leak.finding.id',
  state: 'leak.finding.state',
  unit: 'leak.unit',
  rate: 'leak.rate',
  level: 'leak.level',
  limit: 'leak.limit',
  limitSource: 'leak.limit.source',
  timeLeft: 'leak.time_to_exhaustion',
  confidence: 'leak.confidence',
  edge: 'leak.culprit.edge',
  operation: 'leak.culprit.operation',
  callerOperation: 'leak.culprit.caller_operation',
  share: 'leak.culprit.share',
  perCall: 'leak.bytes_per_call',
  version: 'leak.suspect.version',
  previousVersion: 'leak.suspect.previous_version',
  path: 'leak.propagation.path',
  instances: 'leak.affected.list',
  suppression: 'leak.suppression.reasons',
  resolution: 'leak.resolution.reason',
  traces: 'leak.exemplar.trace_ids',
  nextSteps: 'leak.next_steps',
} as const

/** Ends of the interval of an attribute. */
export const INTERVAL = ['.low', '.high'] as const

/** Instances and traces that are named; of more only the number is told. */
const NAMED_MAX = 3

/** What can be said of this record, in the order in which one asks. */
export function factsOf(record: LogRecord): readonly Fact[] {
  const { number, text, list, range } = reader(record)
  const unit = text(READS.unit)
  const limit = number(READS.limit)
  const level = number(READS.level)
  const limitText = limit === undefined ? '' : ` of ${amountText(limit, unit)} (${text(READS.limitSource)})`
  const share = number(READS.share)
  const confidence = number(READS.confidence)
  const facts: Fact[] = [
    ['grows', range(READS.rate, (value) => rateText(value, unit))],
    ['now at', level === undefined ? '' : `${amountText(level, unit)}${limitText}`],
    ['time left', range(READS.timeLeft, timeText)],
    ['by', [text(READS.edge).replace('->', ' → '), text(READS.operation)].filter(Boolean).join('  ')],
    ['called in', text(READS.callerOperation)],
    ['explains', share === undefined ? '' : `${percentText(share)} of the growth`],
    ['per call', range(READS.perCall, byteText)],
    ['version', [text(READS.version), text(READS.previousVersion)].filter(Boolean).join(', before it ')],
    ['spreads', list(READS.path).join(' → ')],
    ['instances', few(list(READS.instances))],
    ['because', [...list(READS.suppression), text(READS.resolution)].filter(Boolean).join(', ').replaceAll('_', ' ')],
    ['confidence', confidence === undefined ? '' : percentText(confidence)],
    ['traces', few(list(READS.traces))],
  ]
  return facts.filter(([, said]) => said !== '')
}

/** What to do, in order, ready to paste. */
export function nextStepsOf(record: LogRecord): readonly string[] {
  return reader(record).list(READS.nextSteps)
}

function few(names: readonly string[]): string {
  const more = names.length - NAMED_MAX
  return names.slice(0, NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function reader({ attributes }: LogRecord) {
  const number = (key: string) => numberOf(attribute(attributes, key))
  const text = (key: string) => textOf(attribute(attributes, key))
  const list = (key: string) => (attribute(attributes, key)?.arrayValue?.values ?? []).map(textOf)
  /** The value, and its interval in brackets where there is one. */
  const range = (key: string, say: (value: number) => string) => {
    const [value, low, high] = [number(key), number(`${key}${INTERVAL[0]}`), number(`${key}${INTERVAL[1]}`)]
    if (value === undefined) return ''
    if (low === undefined) return say(value)
    return `${say(value)} (${high === undefined ? `${say(low)} or more` : `${say(low)} to ${say(high)}`})`
  }
  return { number, text, list, range }
}

function numberOf(value: AnyValue | undefined): number | undefined {
  if (value?.doubleValue !== undefined) return value.doubleValue
  return value?.intValue === undefined ? undefined : Number(value.intValue)
}

/** A record's event name: the field, or the attribute of stores that know no field. */
export function eventNameOf(record: LogRecord): string {
  return oneLine(record.eventName ?? '') || textOf(attribute(record.attributes, 'event.name'))
}
