import { z } from 'zod'
import { block } from '../../component/block.ts'

/** The Collector's keys, defaults and error texts. */
export const debugConfig = block(
  z.strictObject({
    /** `basic`: a line for each request. `normal`: a line for each item too. `detailed`: all there is. */
    verbosity: z
      .string()
      .transform((text) => text.toLowerCase())
      .pipe(
        z.enum(['basic', 'normal', 'detailed'], {
          error: ({ input }) => `verbosity level ${JSON.stringify(input)} is not supported`,
        }),
      )
      .default('basic'),
    /** Requests that are shown of each second, from the first on … */
    sampling_initial: z.int().min(0).default(2),
    /** … and of those that follow in it, each so-manieth. 1 = all, 0 = none. */
    sampling_thereafter: z.int().min(0).default(1),
    /** Into the process's own log; otherwise to `output_paths`, without time stamps, in colour on a terminal. */
    use_internal_logger: z.boolean().default(true),
    /** `stdout`, `stderr` or files, which are added to. */
    output_paths: z.array(z.string().min(1)).min(1).default(['stdout']),
  }),
)

/** All keys, defaults filled in. */
export type DebugConfig = z.output<typeof debugConfig>
