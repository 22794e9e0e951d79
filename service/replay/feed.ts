import type { Batch } from '../../processor/leak_detector/batch/batch.ts'
import { createObserver } from '../../processor/leak_detector/batch/observe.ts'
import type { Engine } from '../../processor/leak_detector/engine/engine.ts'
import type { FindingEvent } from '../../processor/leak_detector/finding/finding.ts'
import { METRIC_NAMES, recogniseMetrics } from '../../processor/leak_detector/tensor/resources.ts'
import { createWalker } from '../../proto/walker.ts'
import type { Line } from './merge.ts'

/** Lines of a recording on their way into an engine. */
export interface Feed {
  /** Takes one request in, and tells what it led to. */
  line(line: Line): readonly FindingEvent[]
  /** The recording has ended. */
  end(): readonly FindingEvent[]
  readonly counts: FeedCounts
}

/** What was read so far. */
export interface FeedCounts {
  lines: number
  spans: number
  points: number
  /** First and newest time of a line, milliseconds since 1970. */
  firstMs: number
  lastMs: number
}

/** Rows after which a batch is merged, should a step hold more. */
const ROWS_MAX = 16_384

/** Batches end where a step of the recording's own time does: what is decided depends on the recording alone. */
export function createFeed(engine: Engine): Feed {
  const { stepMs } = engine.settings
  const walker = createWalker()
  const observer = createObserver({
    origin: { node: 'replay', thread: 0, incarnation: 0 },
    stepMs,
    recognise: recogniseMetrics,
  })
  const wants = (metric: number) => METRIC_NAMES.has(walker.text(metric))
  const counts: FeedCounts = { lines: 0, spans: 0, points: 0, firstMs: Number.NaN, lastMs: Number.NaN }
  let step = Number.NaN

  function merge(): readonly FindingEvent[] {
    const batch: Batch | undefined = observer.drain()
    if (batch === undefined) return []
    engine.merge(batch)
    return engine.advance()
  }

  function observe({ signal, bytes }: Line): void {
    if (signal === 'logs') return
    const columns = signal === 'traces' ? walker.traces(bytes) : walker.metrics(bytes, wants)
    if (!columns.ok) throw new Error(`bytes that were written here cannot be read: ${columns.message}`)
    if (signal === 'traces') counts.spans += columns.items
    else counts.points += columns.items
    if ('trace' in columns) observer.traces(columns, walker)
    else observer.metrics(columns, walker)
  }

  return {
    counts,
    line(line) {
      counts.lines += 1
      if (Number.isNaN(counts.firstMs)) counts.firstMs = line.timeMs
      counts.lastMs = line.timeMs
      const next = Math.floor(line.timeMs / stepMs)
      const events = next !== step || observer.pending >= ROWS_MAX ? merge() : []
      step = next
      observe(line)
      return events
    },
    end: () => [...merge(), ...engine.flush()],
  }
}
