import type { z } from 'zod'
import type { Advice } from './advice.ts'
import type { Env } from './env.ts'
import type { FirstLook } from './first_look.ts'
import type { Outcome } from './outcome.ts'
import type { Payload, Signal } from './payload.ts'

/** Takes a payload and says what became of it. Never rejects: a rejected promise is a bug. */
export interface Consumer {
  consume(payload: Payload): Promise<Outcome>
}

/** The life of everything that is configured: built, started, shut down. */
export interface Component {
  /** Resolves once ready. Rejecting (a port taken, a file not writable) aborts the start of the process. */
  start(): Promise<void>
  /**
   * Takes nothing new, hands on what it holds, releases everything, within `deadlineMs`. Safe twice, safe without
   * `start`. What could not be handed on is counted and logged by the component itself.
   */
  shutdown(deadlineMs: number): Promise<void>
}

/** What the service gives to every component it builds. */
export interface Settings {
  /** Id as configured: `otlp_grpc/jaeger`. */
  readonly id: string
  readonly env: Env
  readonly host: Host
}

/** What components may ask of the process around them. */
export interface Host {
  readonly build: { readonly name: string; readonly version: string }
  /** What open findings have to say to the services that leak; the receiver reads it, the leak detector writes it. */
  readonly advice: Advice
  /** Which ingest thread this is: 0 in a process of one thread. */
  readonly thread: number
  /**
   * Where batches of cells go when the engine lives in another thread; absent when it lives in this one.
   * @param bytes an encoded batch; its buffer is transferred and must not be used afterwards.
   */
  readonly sendBatch?: (connectorId: string, bytes: Uint8Array) => void
  /**
   * In the thread that has the engine: asks every ingest thread for what its connectors hold. Once it resolves, all that
   * was observed anywhere before the call has been merged, except by a thread that was too busy to answer.
   */
  readonly gather?: () => Promise<void>
  /** How bytes that come in are checked and counted, in this thread. */
  readonly firstLook: FirstLook
  /** Listen with SO_REUSEPORT, because other threads listen on the same port. */
  readonly reusePort: boolean
}

/** The Collector's levels, as `leakmesh components` prints them. */
export type Stability = 'stable' | 'beta' | 'alpha' | 'development'

interface FactoryBase<Config> {
  readonly type: string
  /** Older names that configurations in the wild still use; accepted with a warning. */
  readonly deprecatedTypes?: readonly string[]
  readonly stability: Partial<Record<Signal | 'extension', Stability>>
  /** Parses what the user wrote under the component's id (null when nothing) into a full configuration. */
  readonly config: z.ZodType<Config>
}

/** Makes a component that takes telemetry from outside. */
export interface ReceiverFactory<Config = never> extends FactoryBase<Config> {
  readonly kind: 'receiver'
  /** One instance serves all its pipelines; `next` has an entry for each signal that a pipeline uses. */
  create(settings: Settings, config: Config, next: Partial<Record<Signal, Consumer>>): Component
}

/** Makes a component that stands inside a pipeline and hands on what it takes. */
export interface ProcessorFactory<Config = never> extends FactoryBase<Config> {
  readonly kind: 'processor'
  /** One instance for each pipeline. */
  create(settings: Settings, signal: Signal, config: Config, next: Consumer): Component & Consumer
}

/** Makes a component that ends a pipeline. */
export interface ExporterFactory<Config = never> extends FactoryBase<Config> {
  readonly kind: 'exporter'
  /** One instance for each signal, shared by its pipelines. */
  create(settings: Settings, signal: Signal, config: Config): Component & Consumer
}

/** A connector whose state lives in one thread and is fed from others: takes what theirs gave to `host.sendBatch`. */
export interface Gatherer {
  merge(bytes: Uint8Array): void
}

/** Such a connector in one of the other threads: gives what it holds to `host.sendBatch`, now. */
export interface Feeder {
  handOn(): void
}

/** Makes a component that ends some pipelines and begins others. */
export interface ConnectorFactory<Config = never> extends FactoryBase<Config> {
  readonly kind: 'connector'
  /**
   * With several ingest threads, each builds this connector with `host.sendBatch` and without `next`; the main thread
   * builds it without `host.sendBatch`. It must be a `Feeder` there, a `Gatherer` here. Absent: every thread has its own.
   */
  readonly gathers?: true
  /** Which signals it takes, and for each what it may give. */
  readonly converts: Partial<Record<Signal, readonly Signal[]>>
  /** One instance. `next` has an entry for each signal that some pipeline receives from it. */
  create(
    settings: Settings,
    config: Config,
    next: Partial<Record<Signal, Consumer>>,
  ): Component & Partial<Gatherer> & Partial<Feeder> & Record<'inputs', Partial<Record<Signal, Consumer>>>
}

/** Makes a component beside the pipelines. */
export interface ExtensionFactory<Config = never> extends FactoryBase<Config> {
  readonly kind: 'extension'
  create(settings: Settings, config: Config): Component & Watcher
}

/** Told when the pipelines become able to take telemetry, and when they stop being so. */
export interface Watcher {
  ready(): void
  notReady(): void
}

/** Any of them; what the registry holds. */
export type Factory = ReceiverFactory | ProcessorFactory | ExporterFactory | ConnectorFactory | ExtensionFactory
