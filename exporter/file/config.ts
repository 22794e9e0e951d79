import { z } from 'zod'
import { block, notBuiltIn } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'

/** Rotation, with the defaults that the Collector has once the key `rotation` is there. */
const rotation = block(
  z.strictObject({
    /** Size at which a file is put aside, MiB. */
    max_megabytes: z.int().min(0).default(100),
    /** Files put aside longer ago than so many days are deleted; 0 = never. */
    max_days: z.int().min(0).default(0),
    /** So many files put aside are kept, the newest; 0 = all. */
    max_backups: z.int().min(0).default(100),
    /** Name the files that are put aside by local time instead of UTC. */
    localtime: z.boolean().default(false),
  }),
)

/** The Collector's keys, defaults and error texts. */
export const fileConfig = block(
  z
    .strictObject({
      path: z.string({ error: 'path must be non-empty' }).min(1, 'path must be non-empty'),
      /** Keep what the file holds at the start; otherwise it is emptied (unless it is rotated). */
      append: z.boolean().default(false),
      rotation: rotation.optional(),
      format: z.enum(['json', 'proto'], { error: 'format type is not supported' }).default('json'),
      compression: z.enum(['', 'none', 'zstd'], { error: 'compression is not supported' }).default(''),
      /** Nothing waits to be flushed: a request is answered when it has been written. Taken and without effect. */
      flush_interval: duration({ min: Number.NEGATIVE_INFINITY }).default(1_000),
      create_directory: z.boolean().default(false),
      /** Octal, as in "0755". */
      directory_permissions: z.string().optional(),
      encoding: notBuiltIn('there are no encoding extensions'),
      group_by: notBuiltIn('use one exporter for each file'),
    })
    .superRefine((config, context) => {
      const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
      if (config.append && config.compression === 'zstd') {
        wrong('append', 'append and compression enabled at the same time is not supported')
      }
      if (config.append && config.rotation !== undefined) {
        wrong('append', 'append and rotation enabled at the same time is not supported')
      }
      if (config.flush_interval < 0) wrong('flush_interval', 'flush_interval must be larger than zero')
      const problem = permissionsProblem(config.create_directory, config.directory_permissions)
      if (problem !== undefined) wrong('directory_permissions', problem)
    }),
)

/** All keys, defaults filled in; times in milliseconds. */
export type FileConfig = z.output<typeof fileConfig>

function permissionsProblem(create: boolean, permissions: string | undefined): string | undefined {
  if (permissions === undefined || permissions === '') return undefined
  if (!create) return 'directory_permissions requires create_directory to be true'
  if (!/^[0-7]+$/.test(permissions)) return 'directory_permissions value must be a valid octal representation'
  if (Number.parseInt(permissions, 8) > 0o777) return 'directory_permissions contain invalid bits for file access'
  return undefined
}
