/**
 * The walker: reads what the graph and the tensor need straight from a request's bytes.
 *
 * Think of a customs officer who does not unpack: he runs a finger along the shelves, notes what he came for, and knows
 * each label by its number because he has seen it before. Bytes that are not what they claim to be are refused whole.
 */
import type { ByteTableLimits } from './byte_table.ts'
import type { ColumnTables, PointColumns, SpanColumns } from './columns.ts'
import { plainBytes } from './count.ts'
import { createCrowd } from './crowd.ts'
import { type Layers, type Leaves, walkRequest } from './envelope.ts'
import { createInterner, INTERNER_LIMITS, type Interner, type InternerLimits } from './interner.ts'
import type { Malformed } from './malformed.ts'
import { ATTRIBUTE_SET_LIMITS, createAttributeSets, createResources, RESOURCE_LIMITS } from './resources.ts'
import { createMetricWalk, METRIC_LAYERS } from './walk_metrics.ts'
import { createSpanWalk, TRACE_LAYERS } from './walk_traces.ts'
import { refusal } from './wire.ts'

/** How much one walker may hold. */
export interface WalkerLimits {
  readonly strings: InternerLimits
  readonly resources: ByteTableLimits
  readonly attributeSets: ByteTableLimits
  /** Entries of all dictionaries together that were never there before: more than so many, and than of the others, are forgotten. */
  readonly strangersMax: number
  /** Rows of one request; spans and points beyond are checked and counted, but not told. */
  readonly rowsMax: number
}

/**
 * Bounds for one ingest thread. At `rowsMax` further rows are checked and counted, but not told; at `strangersMax` the
 * next walk begins anew; at the others names are no longer told apart, which `Walker.overflow` counts, and the walk after
 * it begins anew.
 */
export const WALKER_LIMITS: WalkerLimits = {
  strings: INTERNER_LIMITS,
  resources: RESOURCE_LIMITS,
  attributeSets: ATTRIBUTE_SET_LIMITS,
  strangersMax: 4_096,
  rowsMax: 131_072,
}

const NO_WORDS = new DataView(new ArrayBuffer(0))

/**
 * Owns the columns and the dictionaries; lives as long as its ingest thread. A walk that follows one in which a
 * dictionary was full, or strangers were too many, begins with empty dictionaries and a new `generation`, so that names
 * of an attack or of damaged requests do not keep out those of services for ever, nor take memory for ever.
 */
export interface Walker extends ColumnTables {
  /** Spans of an `ExportTraceServiceRequest`. The columns are overwritten by the next call. */
  traces(bytes: Uint8Array): SpanColumns | Malformed
  /**
   * Data points of an `ExportMetricsServiceRequest`, of the metrics that `wants` says yes to; it is asked once for
   * each metric, with the interned number of its name. The columns are overwritten by the next call.
   */
  metrics(bytes: Uint8Array, wants: (metricName: number) => boolean): PointColumns | Malformed
  readonly strings: Interner
  /** Look-ups that found a dictionary full, since the start: names that were not told apart. */
  readonly overflow: number
}

/**
 * @example
 * const walker = createWalker()
 * const spans = walker.traces(bytes)
 * if (spans.ok) report(spans.count, walker.text(spans.name[0]!))
 */
export function createWalker(limits: WalkerLimits = WALKER_LIMITS): Walker {
  const crowd = createCrowd(limits.strangersMax)
  const strings = createInterner(limits.strings, crowd)
  const resources = createResources(limits.resources, crowd)
  const attributeSets = createAttributeSets(limits.attributeSets, crowd)
  const spans = createSpanWalk(strings, limits.rowsMax)
  const points = createMetricWalk(strings, attributeSets, limits.rowsMax)
  let generation = 0
  let overflowBefore = 0
  const overflow = () => strings.overflow + resources.overflow + attributeSets.overflow

  const tables = [strings, resources, attributeSets, spans.templates]

  function walk<C extends SpanColumns | PointColumns>(bytes: Uint8Array, layers: Layers, leaves: Leaves, columns: C) {
    if (crowd.isCrowded || overflow() > overflowBefore) {
      for (const table of tables) table.reset()
      crowd.clear()
      overflowBefore = overflow()
      generation += 1
    }
    columns.count = 0
    columns.items = 0
    try {
      walkRequest(plainBytes(bytes), layers, resources, leaves)
      return columns
    } catch (thrown) {
      return refusal(thrown)
    } finally {
      for (const table of tables) table.release()
      leaves.begin(NO_WORDS)
    }
  }
  return {
    strings,
    text: strings.text,
    resource: resources.of,
    attributes: attributeSets.of,
    get generation() {
      return generation
    },
    get overflow() {
      return overflow()
    },
    traces: (bytes) => walk(bytes, TRACE_LAYERS, spans, spans.columns),
    metrics(bytes, wants) {
      points.wants = wants
      return walk(bytes, METRIC_LAYERS, points, points.columns)
    },
  }
}
