import type { Meter } from '@opentelemetry/api'
import type { Host, Settings } from '../component/component.ts'
import type { Clock, Log, LogFields, Random } from '../component/env.ts'
import type { PlanNode } from './pipelines/plan.ts'

/** What a thread gives to the components that it builds. */
export interface ThreadEnv {
  readonly clock: Clock
  readonly random: Random
  readonly meter: Meter
  readonly host: Host
  /** A log whose lines name the component. */
  logFor(caller: string, fields: LogFields): Log
}

/** Settings for one instance; the fields of its log lines are the Collector's. */
export function settingsFor({ clock, random, meter, host, logFor }: ThreadEnv, node: PlanNode): Settings {
  const fields = {
    'otelcol.component.id': node.id,
    'otelcol.component.kind': node.kind,
    ...(node.signal !== undefined && { 'otelcol.signal': node.signal }),
    ...(node.pipeline !== undefined && { 'otelcol.pipeline.id': node.pipeline }),
  }
  return { id: node.id, env: { clock, random, meter, log: logFor(node.id, fields) }, host }
}
