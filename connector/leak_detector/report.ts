/** Findings on their way out: as logs, as a trace, as metrics, and as warnings to the services that leak. */

import type { Consumer, Settings } from '../../component/component.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import type { Engine } from '../../processor/leak_detector/engine/engine.ts'
import { engineTopology, heatOf } from '../../processor/leak_detector/engine/topology.ts'
import type { FindingEvent } from '../../processor/leak_detector/finding/finding.ts'
import { toLogs } from '../../processor/leak_detector/finding/log_records.ts'
import { toMetrics } from '../../processor/leak_detector/finding/metrics.ts'
import { sentence } from '../../processor/leak_detector/finding/sentence.ts'
import { toTrace } from '../../processor/leak_detector/finding/trace.ts'
import { warnings } from '../../processor/leak_detector/finding/warnings.ts'
import type { Requests } from '../../proto/messages.ts'
import { encodeRequest } from '../../proto/messages.ts'

/** Sends findings on, and keeps what nobody took just now. */
export interface Reporter {
  /** Tells what has happened, and what could not be told before. */
  tell(events: readonly FindingEvent[]): Promise<void>
  /** Sends findings as metrics, as of the newest step. */
  measure(): Promise<void>
  /** Payloads that nobody took and that are kept no longer. */
  readonly dropped: number
}

/** Payloads kept for another try; beyond, the oldest is dropped. */
export const UNTOLD_MAX = 1_000

/** @param next whoever listens; a signal that nobody listens to is not made. */
export function createReporter(
  { env, host }: Settings,
  engine: Engine,
  next: Partial<Record<Signal, Consumer>>,
  warnServices: boolean,
): Reporter {
  const untold: Payload[] = []
  let dropped = 0

  function keep(payload: Payload): void {
    untold.push(payload)
    if (untold.length <= UNTOLD_MAX) return
    untold.shift()
    dropped += 1
  }

  async function deliver(): Promise<void> {
    for (const payload of untold.splice(0)) {
      const outcome = await next[payload.signal]!.consume(payload)
      if (outcome.ok) continue
      if (outcome.retryable) keep(payload)
      else dropped += 1
      env.log.warn('a finding could not be sent', { error: outcome.message, retryable: outcome.retryable })
    }
  }

  return {
    get dropped() {
      return dropped
    },
    async tell(events) {
      for (const { name, finding } of events) env.log.info(sentence(finding), { event: name, finding: finding.id })
      if (events.length > 0 && next.logs !== undefined) keep(payloadOf('logs', toLogs(events), events.length))
      for (const event of next.traces === undefined ? [] : events) {
        const trace = toTrace(event)
        if (trace !== undefined) keep(payloadOf('traces', trace, spansIn(trace)))
      }
      if (warnServices) host.advice.set(warnings(engine.ledger))
      await deliver()
    },
    async measure() {
      const { closedStep, settings } = engine.state
      if (next.metrics === undefined || !Number.isFinite(closedStep)) return
      const heat = heatOf(engineTopology(engine.state), engine.ledger.live())
      const request = toMetrics(engine.ledger, (closedStep + 1) * settings.stepMs, heat)
      const points = pointsIn(request)
      if (points === 0) return
      const outcome = await next.metrics.consume(payloadOf('metrics', request, points))
      if (!outcome.ok) env.log.warn('findings could not be sent as metrics', { error: outcome.message })
    },
  }
}

function payloadOf<S extends Signal>(signal: S, request: Requests[S], items: number): Payload {
  const bytes = encodeRequest(signal, request)
  return { signal, parts: [bytes], sizeBytes: bytes.length, items }
}

function spansIn({ resourceSpans = [] }: Requests['traces']): number {
  return resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans)).length
}

function pointsIn({ resourceMetrics = [] }: Requests['metrics']): number {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ metrics = [] }) => metrics),
  )
  return metrics.reduce((sum, { gauge, sum: total, histogram }) => {
    return sum + (gauge?.dataPoints ?? total?.dataPoints ?? histogram?.dataPoints ?? []).length
  }, 0)
}
