/**
 * The whole process in one object: telemetry of itself, pipelines, ingest threads. Starts, changes to another
 * configuration while running, ends.
 */

import { createAdvice } from '../component/advice.ts'
import type { Host } from '../component/component.ts'
import type { Clock, Random } from '../component/env.ts'
import { BUILD } from './build.ts'
import type { Configuration } from './config/configuration.ts'
import { plain } from './config/tree.ts'
import { createGraph, type Graph } from './pipelines/graph.ts'
import type { Started } from './pipelines/life.ts'
import { settingsFor, type ThreadEnv } from './settings.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

export interface Service {
  start(): Promise<Started>
  /** Runs another configuration from now on, or goes on as before and says why. */
  reload(next: Configuration): Promise<Reloaded>
  /** Ends what listens, delivers what is under way, within `service.shutdown_timeout`. */
  shutdown(): Promise<void>
}

export type Reloaded =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly message: string }
  /** Neither the new nor the old configuration runs. */
  | { readonly kind: 'broken'; readonly message: string }
