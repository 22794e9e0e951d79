/**
 * What V8 and the allocator are told of memory before the program starts. Apart from the launcher so that tests can call it; plain JavaScript like it.
 */

/**
 * MiB of each half of V8's young generation. V8 chooses by the machine's memory, up to 64; telemetry is garbage within
 * milliseconds and does not need it. The smaller the halves, the sooner V8 sees that the buffers of past requests are
 * free: with 2, 3 and 4 the most that was resident under the steady load of `bench:collector` was 132, 140 and 142 MiB
 * (2026-11-30, 2 virtual AMD EPYC cores, built, growth of 45 %, own blocks from 48 KiB), with no difference in CPU.
 */
export const SEMI_SPACE_MIB = 2

/**
 * By how much the heap, and the buffers it holds, may grow from one full collection to the next. V8's own choice grows
 * with what is allocated per second: flat out 260 MiB were resident and still rising after five rounds, with 45 it is
 * 159 to 174 for 5 to 10 % more CPU (same day and machine, own blocks from 128 KiB).
 */
export const HEAP_GROWING_PERCENT = 45

/**
 * Bytes from which glibc asks the system for a block of its own, and gives it back at once. This is where glibc begins;
 * left alone it learns from the buffers that it sees not to, and their gaps stay resident. Smaller blocks cost a call to
 * the system each: with 48 KiB a third more CPU for requests of 100 spans and 5 MiB less (same day and machine).
 */
export const OWN_BLOCK_BYTES = 131_072

/** How much of GOMEMLIMIT the heap may take; the rest is for buffers, which lie outside of it. */
const HEAP_SHARE = 0.75

const UNIT_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/**
 * Bytes of Go's syntax for GOMEMLIMIT, `3276MiB`; undefined when it is `off`, empty or not understood.
 *
 * @param {string | undefined} text
 * @returns {number | undefined}
 */
export function goMemoryLimitBytes(text) {
  const match = /^(\d+)([KMGT]iB|B)?$/.exec(text ?? '')
  if (match === null) return undefined
  return Number(match[1]) * UNIT_BYTES[/** @type {'B'} */ (match[2] ?? 'B')]
}

/**
 * Flags for the new Node: those that this one was given, and ours where the user said nothing of the kind.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {readonly string[]} given
 * @returns {string[]}
 */
export function v8Flags(env, given) {
  const said = [...given, ...(env.NODE_OPTIONS ?? '').split(/\s+/)].map((flag) => flag.replaceAll('_', '-'))
  const has = (name) => said.some((flag) => flag === name || flag.startsWith(`${name}=`))
  const flags = [...given]
  if (!has('--max-semi-space-size')) flags.push(`--max-semi-space-size=${SEMI_SPACE_MIB}`)
  if (!has('--heap-growing-percent')) flags.push(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`)
  const limit = goMemoryLimitBytes(env.GOMEMLIMIT)
  if (limit !== undefined && !has('--max-old-space-size')) {
    flags.push(`--max-old-space-size=${Math.max(64, Math.floor((limit * HEAP_SHARE) / 2 ** 20))}`)
  }
  return flags
}

/**
 * The environment for the new Node: the one that this one was given, and what the user did not say of the allocator.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Record<string, string | undefined>}
 */
export function allocatorEnv(env) {
  return { MALLOC_MMAP_THRESHOLD_: String(OWN_BLOCK_BYTES), ...env }
}
