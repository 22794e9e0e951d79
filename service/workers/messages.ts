import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { Warning } from '../../component/advice.ts'
import type { LogFields, LogLevel } from '../../component/env.ts'
import type { MapNode } from '../config/tree.ts'
import type { Started } from '../pipelines/life.ts'

/** What the main thread says to an ingest thread. Only plain data. */
export type ToThread =
  | { readonly kind: 'apply'; readonly tree: MapNode }
  | { readonly kind: 'advise'; readonly warnings: readonly Warning[] }
  | { readonly kind: 'collect'; readonly id: number }
  | { readonly kind: 'gather'; readonly id: number }
  | { readonly kind: 'shutdown'; readonly deadlineMs: number }

/** What an ingest thread says to the main thread. */
export type FromThread =
  | { readonly kind: 'applied'; readonly outcome: Started }
  | { readonly kind: 'batch'; readonly connector: string; readonly bytes: Uint8Array }
  | { readonly kind: 'metrics'; readonly id: number; readonly scopes: readonly ScopeMetrics[] }
  /** All batches of what was held have been sent before this. */
  | { readonly kind: 'gathered'; readonly id: number }
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly caller: string
      readonly message: string
      readonly fields: LogFields
    }
  | { readonly kind: 'ended' }

/** What a thread is told at birth: its number, from 1; the main thread is 0. */
export interface ThreadData {
  readonly thread: number
}
