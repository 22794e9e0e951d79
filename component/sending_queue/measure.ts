import type { Attributes, ObservableResult } from '@opentelemetry/api'
import type { Settings } from '../component.ts'
import { itemCounter } from '../item_counter.ts'
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

/** Makes the instruments of one exporter and signal, once. */
export function createSenderMeasure(settings: Settings, signal: Signal, view: QueueView): SenderMeasure {
  const { meter } = settings.env
  const attributes: Attributes = Object.freeze({ exporter: settings.id })
  const typed: Attributes = Object.freeze({ exporter: settings.id, data_type: signal })
  const counter = (name: string) => {
    const count = itemCounter(meter, name, signal, attributes)
    return (items: number) => {
      if (items > 0) count(items)
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
    sent: counter('otelcol_exporter_sent'),
    sendFailed: counter('otelcol_exporter_send_failed'),
    enqueueFailed: counter('otelcol_exporter_enqueue_failed'),
    stop() {
      for (const { gauge, observe } of gauges) gauge.removeCallback(observe)
    },
  }
}
