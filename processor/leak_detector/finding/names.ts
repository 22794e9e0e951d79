/**
 * Every name that a finding is known by, once. Code takes names from here; the tables of the README, and later
 * dashboards and rules, are generated from here. A name may be added; none is renamed or dropped.
 */

/** Where an attribute stands. */
export interface AttributeName {
  readonly name: string
  /** As in OTLP. */
  readonly type: 'string' | 'double' | 'int' | 'string[]'
  /** UCUM, '' none; `rate` By/s or {item}/s, `amount` By or {item}, by `leak.unit`. */
  readonly unit: string
  /** What it means and when it is present. */
  readonly rule: string
}

/** In the order in which a log record carries them. */
export const ATTRIBUTE = {
  eventName: attribute('event.name', 'string', '', 'the event name again, for stores that drop the field'),
  id: attribute('leak.finding.id', 'string', '', 'fingerprint, a hyphen, episode'),
  fingerprint: attribute(
    'leak.finding.fingerprint',
    'string',
    '',
    '16 hex digits: hash of cluster, service.namespace, service.name, container and leak.resource',
  ),
  state: attribute('leak.finding.state', 'string', '', 'suspected, open, critical, resolved or suppressed'),
  mode: attribute('leak.finding.mode', 'string', '', 'enforce, dryrun or backtest'),
  verdict: attribute(
    'leak.verdict',
    'string',
    '',
    'predicted; detected only after the limit was hit or the process was killed for memory',
  ),
  resource: attribute(
    'leak.resource',
    'string',
    '',
    'memory, heap, native, fd, thread, goroutine, connection, handle or queue',
  ),
  sourceMetric: attribute('leak.source.metric', 'string', '', 'the metric that carried it'),
  kind: attribute(
    'leak.kind',
    'string',
    '',
    'request_driven, time_driven, after_deploy, propagated or unknown; a known mechanism is said before the occasion',
  ),
  unit: attribute('leak.unit', 'string', '', 'what leaks: By, or {item}'),
  rate: attribute('leak.rate', 'double', 'rate', 'growth of one affected instance, the mean'),
  rateLow: attribute('leak.rate.low', 'double', 'rate', 'lower 95 % bound'),
  rateHigh: attribute('leak.rate.high', 'double', 'rate', 'upper 95 % bound'),
  level: attribute('leak.level', 'double', 'amount', 'floor of the instance nearest to its limit'),
  limit: attribute('leak.limit', 'double', 'amount', 'the limit that is reached first; absent if unknown'),
  limitSource: attribute('leak.limit.source', 'string', '', 'container, jvm, v8, go or host; absent if unknown'),
  limitResource: attribute(
    'leak.limit.resource',
    'string',
    '',
    'what level, limit and time left are of, when another symptom meets its limit before leak.resource does; else absent',
  ),
  timeLeft: attribute(
    'leak.time_to_exhaustion',
    'double',
    's',
    'absent if no limit is known or no forecast can be made, never infinity',
  ),
  timeLeftLow: attribute('leak.time_to_exhaustion.low', 'double', 's', 'lower end of the 80 % interval'),
  timeLeftHigh: attribute(
    'leak.time_to_exhaustion.high',
    'double',
    's',
    'upper end of the 80 % interval; absent if it has none',
  ),
  confidence: attribute('leak.confidence', 'double', '1', '0..1: of findings said at 0.9, nine in ten are leaks'),
  onset: attribute('leak.onset.time', 'string', '', 'RFC 3339'),
  onsetLow: attribute('leak.onset.time.low', 'string', '', 'RFC 3339, lower 95 % bound'),
  onsetHigh: attribute('leak.onset.time.high', 'string', '', 'RFC 3339, upper 95 % bound'),
  culpritEdge: attribute(
    'leak.culprit.edge',
    'string',
    '',
    'caller->service, outside->service for calls from nobody that sends telemetry; absent when edges cannot be told apart',
  ),
  culpritOperation: attribute(
    'leak.culprit.operation',
    'string',
    '',
    'span name on the suspect; absent when operations cannot be told apart',
  ),
  callerOperation: attribute(
    'leak.culprit.caller_operation',
    'string',
    '',
    "the caller's operation that made the call; absent when not known",
  ),
  culpritShare: attribute('leak.culprit.share', 'double', '1', 'share of the growth it explains, 0..1'),
  bytesPerCall: attribute('leak.bytes_per_call', 'double', 'By', 'kept per call; absent when it was counted in items'),
  bytesPerCallLow: attribute('leak.bytes_per_call.low', 'double', 'By', 'lower 95 % bound'),
  bytesPerCallHigh: attribute('leak.bytes_per_call.high', 'double', 'By', 'upper 95 % bound'),
  suspectVersion: attribute(
    'leak.suspect.version',
    'string',
    '',
    'the version that leaks; only when the onset follows its roll-out',
  ),
  previousVersion: attribute(
    'leak.suspect.previous_version',
    'string',
    '',
    'the version before; only when the onset follows the roll-out',
  ),
  role: attribute('leak.role', 'string', '', 'source, carrier or victim; a victim never opens a finding'),
  path: attribute(
    'leak.propagation.path',
    'string[]',
    '',
    'services from source to victim; absent when it does not spread',
  ),
  affected: attribute('leak.affected.instances', 'int', '{instance}', 'instances that grow'),
  total: attribute('leak.affected.total', 'int', '{instance}', 'instances seen'),
  affectedList: attribute('leak.affected.list', 'string[]', '', 'the instances that grow, at most 20'),
  evidence: attribute(
    'leak.evidence',
    'string',
    '',
    'JSON array of {type, statement, value, unit, weight}; every number can be recomputed from the input',
  ),
  suppression: attribute(
    'leak.suppression.reasons',
    'string[]',
    '',
    'warmup, backlog, load_growth, step, cache_plateau, batch, collection_cycle, negligible or explained_by_upstream; only when suppressed',
  ),
  resolution: attribute(
    'leak.resolution.reason',
    'string',
    '',
    'growth_stopped, fixed_by_version, restarted or no_data; only when resolved',
  ),
  fixedBy: attribute(
    'leak.resolution.version',
    'string',
    '',
    'the version that does not leak; only when resolved by a roll-out',
  ),
  policyId: attribute('leak.policy.id', 'string', '', 'which policy decided'),
  policyRevision: attribute('leak.policy.revision', 'string', '', 'and in which revision'),
  exemplars: attribute(
    'leak.exemplar.trace_ids',
    'string[]',
    '',
    'traces of requests that left something behind, at most 5; absent when none is known',
  ),
  nextSteps: attribute('leak.next_steps', 'string[]', '', 'ordered, ready to paste; only while the finding is live'),
} as const satisfies Record<string, AttributeName>

function attribute(name: string, type: AttributeName['type'], unit: string, rule: string): AttributeName {
  return { name, type, unit, rule }
}

/** Event names of the log records, by what happened. */
export const EVENT = {
  opened: { name: 'leak.finding.opened', rule: 'first of an episode' },
  updated: {
    name: 'leak.finding.updated',
    rule: 'severity, culprit, number of instances or time left (by more than 25 %) changed; at most every 10 minutes',
  },
  resolved: { name: 'leak.finding.resolved', rule: 'last of an episode: it no longer grows' },
  suppressed: { name: 'leak.finding.suppressed', rule: 'last of an episode: the growth has a harmless cause' },
} as const

/** One metric of the contract: a row of the table that code and documentation are made from. */
export interface MetricName {
  readonly name: string
  readonly instrument: 'gauge' | 'counter' | 'histogram'
  /** UCUM; '' none. */
  readonly unit: string
  readonly description: string
}

/** Metrics of section 2. Names hold no unit words: Prometheus would move them. */
export const METRIC = {
  rate: metric('leak.rate', 'gauge', 'By/s', 'Growth of one affected instance, for resources counted in bytes.'),
  itemRate: metric('leak.item.rate', 'gauge', '{item}/s', 'Growth of one affected instance, for resources counted.'),
  level: metric('leak.level', 'gauge', 'By', 'Floor of the instance nearest to its limit.'),
  limit: metric('leak.limit', 'gauge', 'By', 'The limit that is reached first.'),
  timeLeft: metric('leak.time_to_exhaustion', 'gauge', 's', 'Time until the limit is reached.'),
  confidence: metric('leak.confidence', 'gauge', '1', 'Probability that this is a leak.'),
  state: metric('leak.finding.state', 'gauge', '', '1 suspected, 2 open, 3 critical; absent: no finding.'),
  findings: metric('leak.findings', 'counter', '{finding}', 'Findings opened.'),
  retained: metric(
    'leak.call.retained',
    'histogram',
    'By',
    'Bytes kept per call, one observation for each event told.',
  ),
  node: metric('leak.graph.node', 'gauge', '', 'Heat of a service, 0 to 1.'),
  edge: metric('leak.graph.edge', 'gauge', '', 'Heat of a dependency, 0 to 1.'),
} as const satisfies Record<string, MetricName>

function metric(name: string, instrument: MetricName['instrument'], unit: string, description: string): MetricName {
  return { name, instrument, unit, description }
}

/** Attributes of metric points, besides those of `ATTRIBUTE` that they share. */
export const LABEL = {
  service: 'service.name',
  namespace: 'service.namespace',
  container: 'k8s.container.name',
  severity: 'severity',
  nodeId: 'id',
  title: 'title',
  subtitle: 'subtitle',
  source: 'source',
  target: 'target',
} as const

/** Spans of the finding's trace. */
export const SPAN = {
  root: { name: 'leak.finding', rule: 'followed by service and resource; status ERROR; links to exemplar traces' },
  evidence: { name: 'leak.evidence', rule: 'each fact is an event, named for its type' },
  hop: { name: 'leak.path', rule: 'one for each hop of the propagation path, each within the one before' },
  policy: { name: 'leak.policy', rule: 'the policy that decided' },
} as const

/** Attributes of spans and their events, besides those of `ATTRIBUTE`. */
export const SPAN_ATTRIBUTE = {
  service: attribute('leak.service.name', 'string', '', 'the suspect: service.name of the span is leakmesh itself'),
  namespace: attribute('leak.service.namespace', 'string', '', 'its namespace; absent when it has none'),
  hopFrom: attribute('leak.path.from', 'string', '', 'service that the hop starts at'),
  hopTo: attribute('leak.path.to', 'string', '', 'service that the hop leads to'),
  factStatement: attribute('leak.evidence.statement', 'string', '', 'on an event: the fact in a sentence'),
  factValue: attribute('leak.evidence.value', 'double', '', 'on an event: its number'),
  factUnit: attribute('leak.evidence.unit', 'string', '', 'on an event: the unit of the number'),
  factWeight: attribute('leak.evidence.weight', 'double', '1', 'on an event: share of the decision that rests on it'),
} as const satisfies Record<string, AttributeName>

/** The instrumentation scope of everything that is said of findings, and the service that says it. */
export const SCOPE_NAME = 'leakmesh'

/** Severity text by severity number, for logs; and the label that alert routes know, for metrics. */
export const SEVERITY = {
  9: { text: 'INFO', label: 'info', rule: 'suspected, or more than 24 h left; also resolved and suppressed' },
  13: { text: 'WARN', label: 'warning', rule: 'open' },
  17: { text: 'ERROR', label: 'critical', rule: 'less than 1 h left, or killed repeatedly' },
  21: { text: 'FATAL', label: 'critical', rule: 'exhausted now' },
} as const

/**
 * A name as Prometheus stores it (the standard translation with suffixes).
 * @example prometheusName({ name: 'leak.rate', instrument: 'gauge', unit: 'By/s' }) // => 'leak_rate_bytes_per_second'
 */
export function prometheusName({ name, instrument, unit }: Omit<MetricName, 'description'>): string {
  const base = name.replaceAll(/[^a-zA-Z0-9_:]+/g, '_')
  const words = unitWords(unit).filter((word) => !base.split('_').includes(word))
  const ratio = unit === '1' && instrument === 'gauge' ? ['ratio'] : []
  return [base, ...words, ...ratio, ...(instrument === 'counter' ? ['total'] : [])].join('_')
}

const UNIT_WORDS: Readonly<Record<string, string>> = {
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  '%': 'percent',
}

function unitWords(unit: string): readonly string[] {
  const [main = '', per] = unit.split('/')
  const word = (part: string) => (part.startsWith('{') || part === '1' || part === '' ? '' : (UNIT_WORDS[part] ?? part))
  const words = [word(main)]
  if (per !== undefined) words.push('per', per === 's' ? 'second' : word(per))
  return words.filter((part) => part !== '')
}
