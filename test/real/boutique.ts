/**
 * One day of a healthy shop of ten pods (IntelligentDDS/Nezha, MIT): what kubelet would have said of each pod, and the
 * sampled spans. No pod leaks. `TimeStamp` of one pod is 200,000,000 s ahead: that is the trap, so the column `Time`
 * is used; a test that wants the wrong clock asks for it.
 */

import { attributes, gaugesLine, nanos, type Row } from './otlp_json.ts'

const MIB = 1_048_576

/** Metrics of all pods by time. `wrongClock` takes the column with the fault instead. */
export function boutiqueMetrics(pods: readonly (readonly Row[])[], wrongClock = false): readonly string[] {
  const lines: { timeMs: number; line: string }[] = []
  for (const rows of pods) {
    for (const row of rows) {
      const trueMs = Math.round(Date.parse(row.get('Time')?.slice(0, 19).replace(' ', 'T').concat('Z') ?? ''))
      if (Number.isNaN(trueMs)) continue
      const timeMs = wrongClock ? Number(row.get('TimeStamp')) * 1000 : trueMs
      lines.push({ timeMs: trueMs, line: podLine(row, timeMs) })
    }
  }
  return lines.toSorted((a, b) => a.timeMs - b.timeMs).map(({ line }) => line)
}

function podLine(row: Row, timeMs: number): string {
  const pod = row.get('PodName') ?? ''
  const used = Number(row.get('MemoryUsage(Mi)')) * MIB
  const limit = (used / Number(row.get('MemoryUsageRate(%)'))) * 100
  const samples = [{ name: 'container.memory.working_set', unit: 'By', value: used }]
  if (Number.isFinite(limit)) samples.push({ name: 'k8s.container.memory_limit', unit: 'By', value: limit })
  return gaugesLine(podResource(pod), timeMs, samples)
}

function podResource(pod: string): Record<string, string> {
  return {
    'k8s.pod.name': pod,
    'k8s.pod.uid': `uid-${pod}`,
    'k8s.namespace.name': 'hipster',
    'k8s.container.name': 'server',
  }
}

/** Spans of all samples, one line a trace, by time. Kinds are derived: the data has none. */
export function boutiqueTraces(samples: readonly (readonly Row[])[]): readonly string[] {
  const traces = new Map<string, Row[]>()
  for (const row of samples.flat()) {
    const trace = row.get('TraceID') ?? ''
    if (trace.length !== 32) continue
    const rows = traces.get(trace)
    if (rows === undefined) traces.set(trace, [row])
    else rows.push(row)
  }
  const begun = (rows: readonly Row[]) => Math.min(...rows.map((row) => Number(row.get('StartTimeUnixNano'))))
  return [...traces.values()].toSorted((a, b) => begun(a) - begun(b)).map(traceLine)
}

function traceLine(rows: readonly Row[]): string {
  const bySpan = new Map(rows.map((row) => [row.get('SpanID'), row]))
  const calledAway = new Set<string | undefined>()
  for (const row of rows) {
    const parent = bySpan.get(row.get('ParentID'))
    if (parent !== undefined && parent.get('PodName') !== row.get('PodName')) calledAway.add(row.get('ParentID'))
  }
  const byPod = Map.groupBy(rows, (row) => row.get('PodName') ?? '')
  const resourceSpans = [...byPod].map(([pod, own]) => ({
    resource: { attributes: attributes({ ...podResource(pod), 'service.name': pod.split('-')[0] ?? pod }) },
    scopeSpans: [{ spans: own.map((row) => spanOf(row, bySpan.get(row.get('ParentID')), calledAway)) }],
  }))
  return JSON.stringify({ resourceSpans })
}

function spanOf(row: Row, parent: Row | undefined, calledAway: ReadonlySet<string | undefined>): object {
  const isRoot = row.get('ParentID') === 'root'
  const isServer = isRoot || (parent !== undefined && parent.get('PodName') !== row.get('PodName'))
  const kind = isServer ? 2 : calledAway.has(row.get('SpanID')) ? 3 : 1
  return {
    traceId: row.get('TraceID'),
    spanId: row.get('SpanID'),
    ...(!isRoot && { parentSpanId: row.get('ParentID') }),
    name: row.get('OperationName'),
    kind,
    startTimeUnixNano: row.get('StartTimeUnixNano') ?? nanos(0),
    endTimeUnixNano: row.get('EndTimeUnixNano') ?? nanos(0),
  }
}
