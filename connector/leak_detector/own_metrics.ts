import type { Attributes, Meter } from '@opentelemetry/api'
import type { Engine } from '../../processor/leak_detector/engine/engine.ts'
import type { Ingest } from './ingest.ts'
import type { Reporter } from './report.ts'

/** What an ingest thread tells of itself. */
export function meterIngest(meter: Meter, ingest: Ingest, attributes: Attributes): void {
  const { counts } = ingest
  const count = counterOn(meter, attributes)
  count('leakmesh_observed_spans', 'Spans read into the graph.', () => counts.spans)
  count('leakmesh_observed_points', 'Data points read into the tensor.', () => counts.points)
  count('leakmesh_skipped_points', 'Data points of no use: no value, no time, not asked for.', () => counts.skipped)
  count('leakmesh_observer_overflow', 'Spans counted under _other.', () => counts.overflow)
  count('leakmesh_observer_restarts', 'Times a limit made an observer begin anew.', () => counts.restarts)
  count('leakmesh_dictionary_overflow', 'Strings met while a dictionary was full.', () => ingest.overflow)
  count('leakmesh_dictionary_renewals', 'Times full or mostly strange dictionaries began anew.', () => ingest.renewals)
}

/** What the engine tells of itself. */
export function meterEngine(meter: Meter, engine: Engine, reporter: Reporter, attributes: Attributes): void {
  const count = counterOn(meter, attributes)
  const { counts } = engine
  const pairing = engine.state.pairing.counts
  count('leakmesh_batches', 'Batches merged.', () => counts.batches)
  count('leakmesh_malformed_batches', 'Batches refused.', () => counts.malformed)
  count('leakmesh_late_cells', 'Cells and calls that came after their step was closed.', () => counts.late)
  count('leakmesh_overflow_cells', 'Cells and calls beyond a limit.', () => counts.overflow)
  count('leakmesh_steps', 'Steps closed.', () => counts.stepsClosed)
  count('leakmesh_duplicate_spans', 'Spans that came again.', () => pairing.duplicates)
  count('leakmesh_dropped_spans', 'Spans dropped since too many waited.', () => pairing.dropped)
  count('leakmesh_late_spans', 'Spans that came after their time.', () => pairing.late)
  count('leakmesh_calls', 'Calls counted.', () => pairing.calls)
  count('leakmesh_evictions', 'Series, instances, services and edges displaced.', () => engine.gauges().evicted)
  count('leakmesh_refusals', 'Newcomers turned away at a limit.', () => engine.gauges().refused)
  count('leakmesh_clock_ahead', 'Batches with a sender far ahead of the others.', () => engine.gauges().ahead)
  count('leakmesh_findings_dropped', 'Findings that nobody took.', () => reporter.dropped)
  const gauge = gaugeOn(meter, attributes)
  gauge('leakmesh_series', 'Series kept.', () => engine.gauges().series)
  gauge('leakmesh_instances', 'Instances known.', () => engine.gauges().instances)
  gauge('leakmesh_services', 'Services known.', () => engine.gauges().services)
  gauge('leakmesh_edges', 'Ways from operation to operation known.', () => engine.gauges().edges)
  gauge('leakmesh_names', 'Names of operations and peers known.', () => engine.gauges().names)
  gauge('leakmesh_spans_waiting', 'Spans that wait for their other half.', () => engine.gauges().spansWaiting)
  gauge('leakmesh_tensor_bytes', 'Bytes of history.', () => engine.gauges().tensorBytes)
  gauge('leakmesh_judged', 'Resources judged at the newest step, the others being flat.', () => engine.gauges().judged)
  gauge('leakmesh_findings', 'Live findings.', () => engine.gauges().findings)
  gauge('leakmesh_clocks_behind', 'Instances whose clock is behind, and followed.', () => engine.gauges().behind)
  gauge('leakmesh_watermark_seconds', 'Event time reached, seconds since 1970.', () =>
    Math.max(0, engine.gauges().watermarkMs / 1000),
  )
}

type Register = (name: string, description: string, read: () => number) => void

function counterOn(meter: Meter, attributes: Attributes): Register {
  return (name, description, read) => {
    meter.createObservableCounter(name, { description }).addCallback((result) => result.observe(read(), attributes))
  }
}

function gaugeOn(meter: Meter, attributes: Attributes): Register {
  return (name, description, read) => {
    meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read(), attributes))
  }
}
