import type { Attributes, ObservableResult } from '@opentelemetry/api'
import type { Settings } from '../component.ts'
import { ITEMS_OF } from '../measure.ts'
import type { Signal } from '../payload.ts'

/** What an exporter counts, under the Collector's names. */
export interface SenderMeasure {
  sent(items: number): void
  sendFailed(items: number): void
  enqueueFailed(items: number): void
  /** Ends the observation of the queue. */
  stop(): void
}

/** What can be seen of a queue at any moment. */
export interface QueueView {
  readonly size: number
  readonly capacity: number
  /** Requests under way to the backend. */
  readonly inFlight: number
}

export function createSenderMeasure(settings: Settings, signal: Signal, view: QueueView): SenderMeasure {
  const { meter } = settings.env
  const items = ITEMS_OF[signal]
  const attributes: Attributes = Object.freeze({ exporter: settings.id })
  const typed: Attributes = Object.freeze({ exporter: settings.id, data_type: signal })
  const counter = (what: string, description: string) => {
    const made = meter.createCounter(`otelcol_exporter_${what}_${items}`, {
      description: `Number of ${items.replace('_', ' ')} ${description}`,
      unit: `{${items}}`,
    })
    return (count: number) => {
      if (count > 0) made.add(count, attributes)
    }
  }
  const gauges = [
    { name: 'queue_size', description: 'Current size of the sending queue.', read: () => view.size },
    { name: 'queue_capacity', description: 'Fixed capacity of the sending queue.', read: () => view.capacity },
    { name: 'in_flight_requests', description: 'Requests under way to the backend.', read: () => view.inFlight },
  ].map(({ name, description, read }) => {
    const make = name === 'in_flight_requests' ? 'createObservableUpDownCounter' : 'createObservableGauge'
    const gauge = meter[make](`otelcol_exporter_${name}`, { description })
    const observe = (result: ObservableResult) => result.observe(read(), typed)
    gauge.addCallback(observe)
    return { gauge, observe }
  })
  return {
    sent: counter('sent', 'successfully sent to destination.'),
    sendFailed: counter('send_failed', 'in failed attempts to send to destination.'),
    enqueueFailed: counter('enqueue_failed', 'failed to be added to the sending queue.'),
    stop() {
      for (const { gauge, observe } of gauges) gauge.removeCallback(observe)
    },
  }
}
