import { z } from 'zod'
import { block } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'
import { telemetrySchema } from './telemetry_schema.ts'

/** More threads than this help nobody; the number guards against a slip of the keyboard. */
const WORKERS_MAX = 256

const ids = z.preprocess((raw) => raw ?? [], z.array(z.string()))

/** One pipeline as written: lists of ids. */
export const pipelineSchema = block(
  z.strictObject({ receivers: ids.prefault([]), processors: ids.prefault([]), exporters: ids.prefault([]) }),
)

/** Everything under `service:` but the pipelines, which are looked at one by one. */
export const serviceSchema = block(
  z.strictObject({
    extensions: ids.prefault([]),
    pipelines: z.unknown().optional(),
    telemetry: telemetrySchema.prefault({}),
    /** How many threads take telemetry in; `auto` = as many as there are cores. */
    workers: z.union([z.literal('auto'), z.int().min(1).max(WORKERS_MAX)]).default(1),
    /** How long what is under way may take to be delivered when the process is told to end, milliseconds. */
    shutdown_timeout: duration().default(25_000),
  }),
)

/** `service:` with all defaults filled in. */
export type ServiceConfig = z.output<typeof serviceSchema>
