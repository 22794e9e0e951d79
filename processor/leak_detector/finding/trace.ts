/**
 * A finding as a trace, for those who have nothing but Jaeger or Tempo.
 *
 * Ids come from the finding's id, so that every replica that tells of it sends the same trace. It lies at the moment of
 * the decision, where a search for the last hour finds it; the onset is an attribute. All spans are ours: one that bore
 * the suspect's name would draw an edge that is not there.
 */
import type { KeyValue, Span, SpanEvent, SpanLink, TracesRequest } from '../../../proto/otlp.ts'
import { attributeOf, findingAttributes } from './attributes.ts'
import { evidenceOf } from './evidence.ts'
import { exemplarsOf, type Finding, type FindingEvent } from './finding.ts'
import { spanIdOf, traceIdOf } from './identity.ts'
import { hex, nanos } from './log_records.ts'
import { ATTRIBUTE, LABEL, SCOPE_NAME, SPAN, SPAN_ATTRIBUTE } from './names.ts'
import { sentence } from './sentence.ts'
import { text } from './tally.ts'

const INTERNAL = 1
const ERROR = 2
/** Spans are told apart by their ends: a span without length is drawn twice by Jaeger when it comes twice. */
const TICK_NANOS = 1_000

/** A span before it has times and ids. `path` tells the spans of a trace apart. */
interface Plan {
  readonly path: string
  readonly name: string
  readonly attributes: readonly KeyValue[]
  readonly events?: readonly Omit<SpanEvent, 'timeUnixNano'>[]
  readonly children: readonly Plan[]
}

/** The trace of an episode, told when it opens; undefined for later events of the episode. */
export function toTrace({ name, finding }: FindingEvent): TracesRequest | undefined {
  if (name !== 'opened') return undefined
  const spans = spansOf(plan(finding), finding, '', 0).spans
  return {
    resourceSpans: [
      {
        resource: { attributes: [text(LABEL.service, SCOPE_NAME)] },
        scopeSpans: [{ scope: { name: SCOPE_NAME }, spans }],
      },
    ],
  }
}

function plan(finding: Finding): Plan {
  const { service, namespace, resource, propagationPath } = finding.carrier
  return {
    path: '',
    name: `${SPAN.root.name} ${service} ${resource}`,
    attributes: [
      ...attributeOf(SPAN_ATTRIBUTE.service, service),
      ...attributeOf(SPAN_ATTRIBUTE.namespace, namespace),
      ...findingAttributes(finding),
    ],
    children: [evidence(finding), ...hops(propagationPath, 1), policy(finding)],
  }
}

function evidence(finding: Finding): Plan {
  const events = evidenceOf(finding).map(({ type, statement, value, unit, weight }) => ({
    name: type,
    attributes: [
      ...attributeOf(SPAN_ATTRIBUTE.factStatement, statement),
      ...attributeOf(SPAN_ATTRIBUTE.factValue, value),
      ...attributeOf(SPAN_ATTRIBUTE.factUnit, unit),
      ...attributeOf(SPAN_ATTRIBUTE.factWeight, weight),
    ],
  }))
  return { path: 'evidence', name: SPAN.evidence.name, attributes: [], events, children: [] }
}

/** Each hop within the one before: the waterfall reads as the way that the leak takes. */
function hops(path: readonly string[], at: number): readonly Plan[] {
  const [from, to] = [path[at - 1], path[at]]
  if (from === undefined || to === undefined) return []
  const attributes = [...attributeOf(SPAN_ATTRIBUTE.hopFrom, from), ...attributeOf(SPAN_ATTRIBUTE.hopTo, to)]
  const name = `${SPAN.hop.name} ${at}/${path.length - 1} ${from} -> ${to}`
  return [{ path: `hop ${at}`, name, attributes, children: hops(path, at + 1) }]
}

function policy({ policy: { id, revision } }: Finding): Plan {
  const attributes = [...attributeOf(ATTRIBUTE.policyId, id), ...attributeOf(ATTRIBUTE.policyRevision, revision)]
  return { path: 'policy', name: `${SPAN.policy.name} ${id}`, attributes, children: [] }
}

/** Parents before children, children one after the other within their parent. `tick` is where the span starts. */
function spansOf(
  { path, name, attributes, events, children }: Plan,
  finding: Finding,
  parent: string,
  tick: number,
): { readonly spans: readonly Span[]; readonly end: number } {
  const below: Span[] = []
  let next = tick + 1
  for (const child of children) {
    const { spans, end } = spansOf(child, finding, path, next)
    below.push(...spans)
    next = end + 1
  }
  const startTimeUnixNano = nanos(finding.atMs, tick * TICK_NANOS)
  const isRoot = path === ''
  const span: Span = {
    traceId: hex(traceIdOf(finding.id)),
    spanId: hex(spanIdOf(finding.id, path)),
    ...(!isRoot && { parentSpanId: hex(spanIdOf(finding.id, parent)) }),
    name,
    kind: INTERNAL,
    startTimeUnixNano,
    endTimeUnixNano: nanos(finding.atMs, next * TICK_NANOS),
    attributes,
    ...(events !== undefined && { events: events.map((event) => ({ timeUnixNano: startTimeUnixNano, ...event })) }),
    ...(isRoot && { links: links(finding), status: { message: sentence(finding), code: ERROR } }),
  }
  return { spans: [span, ...below], end: next }
}

function links(finding: Finding): readonly SpanLink[] {
  return exemplarsOf(finding).map((traceId) => ({ traceId }))
}
