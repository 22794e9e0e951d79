/**
 * What metrics have to remember between two exports: counts since the start, and which gauges have been sent, so that
 * each of them can be ended.
 */
import type { KeyValue } from '../../../proto/otlp.ts'
import { culpritOf, exemplarsOf, type Finding, type FindingEvent, isBytes } from './finding.ts'
import { spanIdOf, traceIdOf } from './identity.ts'
import { ATTRIBUTE, LABEL } from './names.ts'

/** Upper bounds of the buckets of bytes kept per call: powers of four. */
export const RETAINED_BOUNDS: readonly number[] = Array.from({ length: 11 }, (_, at) => 4 ** (at + 2))

/** Changed in place by the ledger (counts) and by `toMetrics` (what has been sent). */
export interface Tally {
  /** Series of each counter and histogram at most; what is beyond goes into one with `otel.metric.overflow`. */
  readonly seriesMax: number
  /** Event time from which counts count; absent before the first step. */
  startMs?: number
  /** Time of the last export; absent before the first. */
  sentMs?: number
  readonly findings: Map<string, CountSeries>
  readonly retained: Map<string, RetainedSeries>
  /** Gauges of the last export: key, and what to end it with. */
  sent: Map<string, SentGauge>
}

/** One series of `leak.findings`, cumulative. */
export interface CountSeries {
  readonly attributes: readonly KeyValue[]
  count: number
  /** The newest since the last export. */
  exemplar?: { readonly traceId: Uint8Array; readonly spanId: Uint8Array; readonly atMs: number }
}

/** One series of `leak.call.retained`, a cumulative histogram of bytes. */
export interface RetainedSeries {
  readonly attributes: readonly KeyValue[]
  readonly buckets: number[]
  count: number
  sum: number
  exemplar?: { readonly traceId: string; readonly atMs: number; readonly value: number }
}

/** A gauge of the last export. If the next has no value for it, a point without a value ends it. */
export interface SentGauge {
  readonly metric: string
  readonly attributes: readonly KeyValue[]
}

/** Nothing counted yet. `seriesMax` bounds what is kept of the counter and of the histogram, not the gauges. */
export function startTally(seriesMax: number): Tally {
  return { seriesMax, findings: new Map(), retained: new Map(), sent: new Map() }
}

/** Counts one step's events. */
export function count(tally: Tally, events: readonly FindingEvent[], atMs: number): void {
  tally.startMs ??= atMs
  for (const { name, finding } of events) {
    if (name === 'opened') countFinding(tally, finding)
    if (name === 'opened' || name === 'updated') countRetained(tally, finding)
  }
}

function countFinding(tally: Tally, finding: Finding): void {
  const attributes = subjectLabels(finding)
  const series = seriesOf(tally.findings, attributes, tally.seriesMax, startCount)
  series.count += 1
  series.exemplar = { traceId: traceIdOf(finding.id), spanId: spanIdOf(finding.id, ''), atMs: finding.atMs }
}

function countRetained(tally: Tally, finding: Finding): void {
  const culprit = culpritOf(finding)
  if (culprit === undefined || !isBytes(culprit.measuredOn) || !(culprit.perCall.value >= 0)) return
  const attributes = [...subjectLabels(finding), text(ATTRIBUTE.culpritOperation.name, culprit.operation)]
  const series = seriesOf(tally.retained, attributes, tally.seriesMax, startRetained)
  const { value } = culprit.perCall
  const bucket = RETAINED_BOUNDS.findIndex((bound) => value <= bound)
  series.buckets[bucket < 0 ? RETAINED_BOUNDS.length : bucket]! += 1
  series.count += 1
  series.sum += value
  const [traceId] = exemplarsOf(finding)
  if (traceId !== undefined) series.exemplar = { traceId, atMs: finding.atMs, value }
}

function startCount(attributes: readonly KeyValue[]): CountSeries {
  return { attributes, count: 0 }
}

function startRetained(attributes: readonly KeyValue[]): RetainedSeries {
  return { attributes, buckets: new Array(RETAINED_BOUNDS.length + 1).fill(0), count: 0, sum: 0 }
}

function seriesOf<S>(
  all: Map<string, S>,
  attributes: readonly KeyValue[],
  max: number,
  start: (attributes: readonly KeyValue[]) => S,
): S {
  const isFull = all.size >= max - 1
  const own = JSON.stringify(attributes)
  const kept = all.has(own) || !isFull ? attributes : [{ key: 'otel.metric.overflow', value: { boolValue: true } }]
  const key = JSON.stringify(kept)
  const series = all.get(key) ?? start(kept)
  all.set(key, series)
  return series
}

/** The labels of a finding that never change while it lives, and are the same for its next episode. */
export function subjectLabels({ carrier }: Finding): readonly KeyValue[] {
  const { service, namespace, container, resource } = carrier
  return [
    text(LABEL.service, service),
    ...(namespace === '' ? [] : [text(LABEL.namespace, namespace)]),
    ...(container === '' ? [] : [text(LABEL.container, container)]),
    text(ATTRIBUTE.resource.name, resource),
  ]
}

/** A text attribute in OTLP form. */
export function text(key: string, stringValue: string): KeyValue {
  return { key, value: { stringValue } }
}
