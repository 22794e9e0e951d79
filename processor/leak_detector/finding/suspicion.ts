import type { Attribution } from '../attribute/attribution.ts'
import type { LeakResource, Verdict } from '../detect/evidence.ts'

/**
 * What detection and attribution say of one resource of one service at one moment: the ledger's only input. Every
 * (service, resource) that has an entry in the ledger, or that is not quiet, is told at each step.
 */
export interface Suspicion {
  /** Event time at which this could be said, milliseconds since 1970. */
  readonly atMs: number
  readonly cluster: string
  readonly namespace: string
  readonly service: string
  /** `k8s.container.name`, '' unknown. */
  readonly container: string
  readonly resource: LeakResource
  readonly sourceMetric: string
  /** 'By', or '{item}' kind of unit. */
  readonly unit: string
  readonly verdict: Verdict
  /** Absent until growth is established. */
  readonly attribution?: Attribution
  readonly limit?: { readonly value: number; readonly source: 'container' | 'jvm' | 'v8' | 'go' | 'host' }
  readonly version: string
  /** Only when the onset follows a roll-out. */
  readonly previousVersion?: string
  /** Out-of-memory kills or limit hits seen since the onset. */
  readonly exhaustions: number
  /** Start of the newest process life among the instances, milliseconds since 1970; absent when not known. */
  readonly restartMs?: number
  readonly role: 'source' | 'carrier' | 'victim'
  /** Services from source to victim, the suspect included; empty when it does not spread. */
  readonly propagationPath: readonly string[]
  readonly exemplarTraceIds: readonly string[]
  /** The suspect's own resource, canonical OTLP JSON, without instance keys when several instances are affected. */
  readonly resourceJson: string
}
