/**
 * A handful of components that do nothing but remember what happened to them, under names that configurations use. For
 * tests of what happens around components.
 */

import { z } from 'zod'
import { block } from '../../component/block.ts'
import type { Component, Consumer, Settings } from '../../component/component.ts'
import { duration } from '../../component/duration.ts'
import { accepted, type Outcome } from '../../component/outcome.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import type { Catalogue } from '../../service/config/catalogue.ts'

/** What the components did, in order, and how they are to behave. */
export interface Diary {
  readonly lines: string[]
  /** `start <key>` or `create <key>` fails with this message. */
  readonly fails: Map<string, string>
  /** What an exporter answers; accepted when not said. */
  readonly answers: Map<string, Outcome>
  /** What receivers were given, by id. */
  readonly next: Map<string, Partial<Record<Signal, Consumer>>>
  readonly received: Payload[]
}

export function emptyDiary(): Diary {
  return { lines: [], fails: new Map(), answers: new Map(), next: new Map(), received: [] }
}

const EVERY = { traces: 'stable', metrics: 'stable', logs: 'stable' } as const
const endpoint = z.string().min(1).default('localhost:4317')
const server = block(z.strictObject({ endpoint, include_metadata: z.boolean().default(false) }))

const otlpConfig = block(
  z.strictObject({
    protocols: block(z.strictObject({ grpc: server.optional(), http: server.optional() })),
  }),
)
const anyConfig = block(
  z.strictObject({
    endpoint: z.string().optional(),
    timeout: duration().default(200),
    size: z.int().min(1).max(100).default(10),
    mode: z.enum(['fast', 'careful']).default('fast'),
    enabled: z.boolean().default(true),
    ratio: z.number().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    list: z.array(z.string()).optional(),
    secret: z.union([z.string(), z.strictObject({ file: z.string() })]).optional(),
    anything: z.unknown().optional(),
  }),
)

function lives(diary: Diary, key: string): Component {
  const trouble = diary.fails.get(`create ${key}`)
  if (trouble !== undefined) throw new Error(trouble)
  return {
    async start() {
      const message = diary.fails.get(`start ${key}`)
      if (message !== undefined) throw new Error(message)
      diary.lines.push(`start ${key}`)
    },
    async shutdown() {
      diary.lines.push(`stop ${key}`)
    },
  }
}

/** Receivers otlp and traces_only; processors batch and passing; exporters otlp_grpc (otlp) and nop; connectors. */
export function smallCatalogue(diary: Diary = emptyDiary()): Catalogue {
  const receive = (settings: Settings, _config: unknown, next: Partial<Record<Signal, Consumer>>) => {
    diary.next.set(settings.id, next)
    return lives(diary, settings.id)
  }
  const receiver = (type: string, config: z.ZodType, stability: Partial<Record<Signal, 'stable'>> = EVERY) => ({
    type,
    deprecated: [],
    load: async () => ({ kind: 'receiver', type, stability, config, create: receive }) as const,
  })
  const processor = (type: string) => ({
    type,
    deprecated: [],
    load: async () =>
      ({
        kind: 'processor',
        type,
        stability: EVERY,
        config: anyConfig,
        create: (settings: Settings, signal: Signal, _config: unknown, next: Consumer) => ({
          ...lives(diary, `${settings.id}[${signal}]`),
          consume: (payload: Payload) => next.consume(payload),
        }),
      }) as const,
  })
  return {
    receivers: [receiver('otlp', otlpConfig), receiver('traces_only', anyConfig, { traces: 'stable' })],
    processors: [processor('batch'), processor('passing')],
    exporters: [exporter(diary, 'otlp_grpc', ['otlp']), exporter(diary, 'nop', [])],
    connectors: [
      { type: 'forward', deprecated: [], load: async () => forward(diary) },
      { type: 'leak_detector', deprecated: [], load: async () => detector(diary) },
    ],
    extensions: [
      {
        type: 'health_check',
        deprecated: [],
        load: async () => ({
          kind: 'extension',
          type: 'health_check',
          stability: { extension: 'beta' },
          config: anyConfig,
          create: (settings) => ({
            ...lives(diary, settings.id),
            ready: () => void diary.lines.push('ready'),
            notReady: () => void diary.lines.push('not ready'),
          }),
        }),
      },
    ],
  }
}

function exporter(diary: Diary, type: string, deprecated: readonly string[]) {
  return {
    type,
    deprecated,
    load: async () =>
      ({
        kind: 'exporter',
        type,
        stability: EVERY,
        config: anyConfig,
        create: (settings: Settings, signal: Signal) => ({
          ...lives(diary, `${settings.id}[${signal}]`),
          async consume(payload: Payload) {
            diary.lines.push(`${settings.id}[${signal}] got ${payload.items}`)
            diary.received.push(payload)
            return diary.answers.get(settings.id) ?? accepted
          },
        }),
      }) as const,
  }
}

function forward(diary: Diary) {
  return {
    kind: 'connector',
    type: 'forward',
    stability: EVERY,
    config: anyConfig,
    converts: { traces: ['traces'], metrics: ['metrics'], logs: ['logs'] },
    create: (settings: Settings, _config: unknown, next: Partial<Record<Signal, Consumer>>) => ({
      ...lives(diary, settings.id),
      inputs: next,
    }),
  } as const
}

/** Takes traces and metrics; tells `diary.next` what it may give. */
function detector(diary: Diary) {
  return {
    kind: 'connector',
    type: 'leak_detector',
    stability: { traces: 'alpha', metrics: 'alpha' },
    config: anyConfig,
    gathers: true,
    converts: { traces: ['traces', 'metrics', 'logs'], metrics: ['traces', 'metrics', 'logs'] },
    create(settings: Settings, _config: unknown, next: Partial<Record<Signal, Consumer>>) {
      diary.next.set(settings.id, next)
      const taken = async (payload: Payload) => {
        diary.lines.push(`${settings.id} got ${payload.signal}`)
        return accepted
      }
      return {
        ...lives(diary, settings.id),
        inputs: { traces: { consume: taken }, metrics: { consume: taken } },
        merge: (bytes: Uint8Array) => void diary.lines.push(`${settings.id} merges ${bytes.length}`),
      }
    },
  } as const
}
