import type { Attributes } from '@opentelemetry/api'
import type { Settings } from '../../component/component.ts'
import { itemCounter } from '../../component/item_counter.ts'
import type { Signal } from '../../component/payload.ts'
import type { Budget } from './budget.ts'

/** Why a request was refused before anything of it could be counted. */
export type Turned = 'malformed' | 'too_large' | 'unsupported' | 'overloaded' | 'timeout'

/** What a receiver counts, under the Collector's names where it has one. */
export interface Measure {
  accepted(signal: Signal, items: number): void
  refused(signal: Signal, items: number): void
  turnedAway(reason: Turned): void
}

/** Makes the instruments of one receiver and transport, once. */
export function createMeasure(settings: Settings, transport: 'grpc' | 'http'): Measure {
  const { meter } = settings.env
  const attributes: Attributes = Object.freeze({ receiver: settings.id, transport })
  const counters = (name: string) => ({
    traces: itemCounter(meter, name, 'traces', attributes),
    metrics: itemCounter(meter, name, 'metrics', attributes),
    logs: itemCounter(meter, name, 'logs', attributes),
  })
  const accepted = counters('otelcol_receiver_accepted')
  const refused = counters('otelcol_receiver_refused')
  const turnedAway = meter.createCounter('leakmesh_receiver_turned_away_requests', {
    description: 'Requests answered with an error before their items could be counted, by reason.',
  })
  return {
    accepted: (signal, items) => accepted[signal](items),
    refused: (signal, items) => refused[signal](items),
    turnedAway: (reason) => turnedAway.add(1, { ...attributes, reason }),
  }
}

/** Says how full the budget is. Returns what ends the observation. */
export function observeBudget(settings: Settings, budget: Budget): () => void {
  const gauge = settings.env.meter.createObservableGauge('leakmesh_receiver_in_flight_bytes', {
    description: 'Bytes of requests that have come in and are not answered yet.',
    unit: 'By',
  })
  const attributes = Object.freeze({ receiver: settings.id })
  const observe = (result: { observe(value: number, attributes: Attributes): void }) =>
    result.observe(budget.takenBytes, attributes)
  gauge.addCallback(observe)
  return () => gauge.removeCallback(observe)
}
