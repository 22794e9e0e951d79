import { parseArgs } from 'node:util'

export interface Options {
  /** The demo ends by itself after so long at the latest; Infinity with `--keep`. */
  readonly seconds: number
  readonly seed: number
  readonly keep: boolean
  readonly record: string | undefined
  readonly quiet: boolean
  readonly leaks: boolean
}

const SECONDS = 180
const SEED = 7

export const USAGE = `npm run demo -- [options]

A small shop of real Node processes, one of which leaks, watched by leakmesh.

  --seconds N     end after N seconds at the latest (${SECONDS})
  --seed N        other traffic; the same number, the same phases (${SEED})
  --keep          go on until Ctrl-C
  --record FILE   keep what passes through as OTLP JSON lines, for leakmesh replay FILE
  --healthy       the same shop without the leak: nothing may be said
  --quiet         no table: only what is said, and the summary
  --help

The exit code is 0 only when exactly the right finding came.`

/** @returns what was asked for, or a sentence that says what is wrong with it. */
export function parseOptions(args: readonly string[]): Options | 'help' | { readonly wrong: string } {
  let values: ReturnType<typeof read>
  try {
    values = read(args)
  } catch (thrown) {
    return { wrong: (thrown as Error).message }
  }
  if (values.help) return 'help'
  const seconds = Number(values.seconds ?? SECONDS)
  const seed = Number(values.seed ?? SEED)
  if (!(seconds >= 10)) return { wrong: '--seconds wants a number, 10 or more' }
  if (!Number.isSafeInteger(seed)) return { wrong: '--seed wants a whole number' }
  return {
    seconds: values.keep ? Number.POSITIVE_INFINITY : seconds,
    seed,
    keep: values.keep,
    record: values.record,
    quiet: values.quiet,
    leaks: !values.healthy,
  }
}

function read(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      seed: { type: 'string' },
      keep: { type: 'boolean', default: false },
      record: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      healthy: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values
}
