/**
 * What V8 and the allocator are told of memory before the program starts. Apart from the launcher so that tests can call it; plain JavaScript like it.
 */

/**
 * MiB of each half of V8's young generation. V8 chooses by the machine's memory, up to 64; telemetry is garbage within
 * milliseconds and does not need it. The smaller the halves, the sooner V8 sees that the buffers of past requests are
 * free.
 */
export const SEMI_SPACE_MIB = 4

/**
 * By how much the heap, and the buffers it holds, may grow from one full collection to the next. V8's own choice for a
 * small heap that is seldom busy is 8 MB, which the buffers of one second fill: it collects all the time.
 *
 * Measured on 2026-11-29, 2 virtual AMD EPYC cores, built, half spaces of 4 MiB, `bench:collector` and single runs of 15 to
 * 30 s like its steady row: with V8's growth 19.0 to 20.2 % of a core, with 70 16.0 to 16.4 %, with 85 12.8 to 17.7 %, with 100
 * 15.8 to 16.4 %. Flat out, requests of 100 took 6.0 to 8.1 CPU-seconds a million spans with 60 or 70, 5.6 to 6.4 with 80 to
 * 100, and 7.2 to 7.4 with half spaces of 2 MiB and 85 or 100.
 */
export const HEAP_GROWING_PERCENT = 85

/**
 * Bytes from which glibc asks the system for a block of its own, and gives it back at once. Left alone it learns from the
 * buffers that it sees not to, and their gaps stay resident: 157 to 159 MiB under the steady load, instead of 150 to 152 (same
 * day and machine, growth of 100 %).
 */
export const OWN_BLOCK_BYTES = 65_536

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
