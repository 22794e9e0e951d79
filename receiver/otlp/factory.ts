import type { AddressInfo } from 'node:net'
import type { Component, Consumer, ReceiverFactory, Settings } from '../../component/component.ts'
import { formatAddress } from '../../component/listen.ts'
import { SIGNALS, type Signal } from '../../component/payload.ts'
import { type Budget, createBudget } from './budget.ts'
import { type GrpcConfig, type HttpConfig, type OtlpReceiverConfig, otlpReceiverConfig } from './config.ts'
import { createDoor, type Door } from './door.ts'
import { GrpcServer, type Listener } from './grpc_server.ts'
import { createHttpServer } from './http_server.ts'
import { createMeasure, observeBudget } from './measure.ts'

/** OTLP over gRPC and HTTP. */
export const otlpReceiver: ReceiverFactory<OtlpReceiverConfig> = {
  kind: 'receiver',
  type: 'otlp',
  stability: { traces: 'stable', metrics: 'stable', logs: 'stable' },
  config: otlpReceiverConfig,
  create: createOtlpReceiver,
}

/** The receiver, and where it may be found. */
export interface OtlpReceiver extends Component {
  /** Where it listens, once started: known only then when the configured port is 0. */
  readonly addresses: { readonly grpc?: AddressInfo | string; readonly http?: AddressInfo | string }
}

type Next = Partial<Record<Signal, Consumer>>

/** Builds the listeners that are configured, with services and routes for the signals in `next`. */
export function createOtlpReceiver(settings: Settings, config: OtlpReceiverConfig, next: Next): OtlpReceiver {
  const budget = createBudget(config.max_in_flight_bytes)
  const { grpc, http } = config.protocols
  const listeners = {
    ...(grpc !== undefined && { grpc: grpcListener(settings, grpc, next, budget) }),
    ...(http !== undefined && { http: httpListener(settings, http, next, budget) }),
  }
  const addresses: { grpc?: AddressInfo | string; http?: AddressInfo | string } = {}
  let stopObserving = () => {}
  const all = () => Object.values(listeners) as Listener[]
  const shutdown = async (deadlineMs: number) => {
    stopObserving()
    await Promise.all(all().map((listener) => listener.stop(deadlineMs)))
  }
  return {
    addresses,
    async start() {
      try {
        for (const name of ['grpc', 'http'] as const) {
          const address = await listeners[name]?.start()
          if (address === undefined) continue
          addresses[name] = address
          settings.env.log.info(`Starting ${name.toUpperCase()} server`, { endpoint: formatAddress(address) })
        }
      } catch (error) {
        await shutdown(0)
        throw error
      }
      stopObserving = observeBudget(settings, budget)
    },
    shutdown,
  }
}

const GRPC_PATH: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
}

function grpcListener(settings: Settings, config: GrpcConfig, next: Next, budget: Budget): Listener {
  const measure = createMeasure(settings, 'grpc')
  const doors = new Map<string, Door>()
  for (const signal of SIGNALS) {
    if (next[signal] !== undefined) doors.set(GRPC_PATH[signal], createDoor(settings, signal, next[signal], measure))
  }
  return new GrpcServer(settings, config, {
    doors,
    maxMessageBytes: (config.max_recv_msg_size_mib || 4) * 1_048_576,
    budget,
    measure,
    includeMetadata: config.include_metadata,
    reading: new Map(),
  })
}

function httpListener(settings: Settings, config: HttpConfig, next: Next, budget: Budget): Listener {
  const measure = createMeasure(settings, 'http')
  const path = { traces: config.traces_url_path, metrics: config.metrics_url_path, logs: config.logs_url_path }
  const routes = new Map<string, { signal: Signal; door: Door }>()
  for (const signal of SIGNALS) {
    const consumer = next[signal]
    if (consumer === undefined) continue
    routes.set(path[signal], { signal, door: createDoor(settings, signal, consumer, measure) })
  }
  return createHttpServer(settings, config, {
    routes,
    maxBodyBytes: config.max_request_body_size || 20 * 1_048_576,
    encodings: new Set(config.compression_algorithms),
    cors: config.cors,
    responseHeaders: config.response_headers ?? {},
    includeMetadata: config.include_metadata,
    budget,
    measure,
    clock: settings.env.clock,
  })
}
