import type { Attributes } from '@opentelemetry/api'
import type { Settings } from '../../component/component.ts'
import { ITEMS_OF } from '../../component/measure.ts'
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

export function createMeasure(settings: Settings, transport: 'grpc' | 'http'): Measure {
  const { meter } = settings.env
  const attributes: Attributes = Object.freeze({ receiver: settings.id, transport })
  const counters = (what: 'accepted' | 'refused', description: string) => {
    const counter = (signal: Signal) =>
      meter.createCounter(`otelcol_receiver_${what}_${ITEMS_OF[signal]}`, {
        description: `Number of ${ITEMS_OF[signal].replace('_', ' ')} ${description}`,
        unit: `{${ITEMS_OF[signal]}}`,
      })
    return { traces: counter('traces'), metrics: counter('metrics'), logs: counter('logs') }
  }
  const acceptedItems = counters('accepted', 'successfully pushed into the pipeline.')
  const refusedItems = counters('refused', 'that could not be pushed into the pipeline.')
  const turnedAway = meter.createCounter('leakmesh_receiver_turned_away_requests', {
    description: 'Number of requests answered with an error before their items could be counted, by reason.',
    unit: '{requests}',
  })
  return {
    accepted: (signal, items) => acceptedItems[signal].add(items, attributes),
    refused: (signal, items) => refusedItems[signal].add(items, attributes),
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
