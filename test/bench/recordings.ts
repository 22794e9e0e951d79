/** Recordings to replay: OTLP JSON lines, as long as wanted, the same at every run. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { encodeRequest } from '../../proto/messages.ts'
import type { KeyValue, MetricsRequest } from '../../proto/otlp.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { freshen, template } from './freshen.ts'
import { PAYLOAD_VARIANTS, payloads, seededDice } from './payloads.ts'

/** What a recording holds. */
export type RecordingKind = 'gauges' | 'mixed' | 'spans'

/** Items in one line. */
export const ITEMS_PER_LINE = 1000
const SERVICES = 250
const GAUGES = [
  ['process.memory.usage', 'By', 2 ** 27],
  ['process.unix.file_descriptor.count', '{file_descriptor}', 40],
  ['process.thread.count', '{thread}', 12],
  ['go.goroutine.count', '{goroutine}', 300],
] as const
const STEP_MS = 60_000
/** Traces come faster than metrics: a thousand spans each half second. */
const TRACES_STEP_MS = 500
const START_MS = 1_764_000_000_000

/** Writes a recording of `lines` lines of 1000 items each. */
export async function writeRecording(file: string, kind: RecordingKind, lines: number): Promise<void> {
  const line = kind === 'gauges' ? gaugeLine : lineOfPayloads(kind === 'spans' ? 'traces' : 'metrics')
  const out = createWriteStream(file)
  for (let at = 0; at < lines; at++) {
    if (!out.write(`${line(at)}\n`)) await once(out, 'drain')
  }
  out.end()
  await finished(out)
}

/** The benchmark's spans (10 services) or mixed points (50 services; gauges, sums, histograms), each line later. */
function lineOfPayloads(signal: 'traces' | 'metrics'): (at: number) => string {
  const templates = payloads(signal, ITEMS_PER_LINE).map((bytes) => template(signal, bytes))
  const stepMs = signal === 'traces' ? TRACES_STEP_MS : STEP_MS
  return (at) => {
    // Points of metrics of the n-th variant already stand n minutes later.
    const turn = signal === 'metrics' ? at - (at % PAYLOAD_VARIANTS) : at
    return protoToJson(signal, freshen(templates[at % PAYLOAD_VARIANTS]!, turn, stepMs)).toString()
  }
}

/** Four gauges of 250 services, one export a minute; one service in a hundred leaks memory. */
function gaugeLine(at: number): string {
  const dice = seededDice(at)
  const timeUnixNano = BigInt(START_MS + at * STEP_MS) * 1_000_000n
  const request: MetricsRequest = {
    resourceMetrics: Array.from({ length: SERVICES }, (_, service) => ({
      resource: {
        attributes: [text('service.name', `service-${service}`), text('service.instance.id', `${service}-a`)],
      },
      scopeMetrics: [
        {
          metrics: GAUGES.map(([name, unit, usual], gauge) => {
            const kept = gauge === 0 && service % 100 === 0 ? at * 2 ** 17 : 0
            const asDouble = Math.round(usual * (0.9 + 0.2 * dice()) + kept)
            return { name, unit, gauge: { dataPoints: [{ timeUnixNano, asDouble }] } }
          }),
        },
      ],
    })),
  }
  return protoToJson('metrics', encodeRequest('metrics', request)).toString()
}

const text = (key: string, value: string): KeyValue => ({ key, value: { stringValue: value } })
