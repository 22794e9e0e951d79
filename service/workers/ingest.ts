import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { Warning } from '../../component/advice.ts'
import type { Clock } from '../../component/env.ts'
import type { Configuration } from '../config/configuration.ts'
import type { Started } from '../pipelines/life.ts'
import type { RootLog } from '../telemetry/log.ts'

/** The threads that take telemetry in; there may be none. */
export interface Ingest {
  /** Makes so many threads run this configuration. Resolves when all listen, or with the first trouble. */
  apply(configuration: Configuration, threads: number): Promise<Started>
  /** What the threads have counted, those that are no more included. */
  collect(): Promise<readonly (readonly ScopeMetrics[])[]>
  /** Has the threads hand on what their connectors hold; resolves when all of it has come, or a thread is too busy. */
  gather(): Promise<void>
  /** What receivers are to tell leaking services. */
  advise(warnings: readonly Warning[]): void
  /** Ends all threads; resolves when what they had was handed on. */
  shutdown(deadlineMs: number): Promise<void>
}

/** What the threads need from the main thread, and what they tell it. */
export interface IngestOptions {
  readonly log: RootLog
  readonly clock: Clock
  /** A batch of cells for a connector that gathers. */
  onBatch(connector: string, bytes: Uint8Array): void
  /** A thread crashed too often: the process should end. */
  onLost(message: string): void
}
