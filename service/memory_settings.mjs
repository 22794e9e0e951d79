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
 * Measured on 2026-11-30, 2 virtual AMD EPYC cores, built, half spaces of 4 MiB, blocks of 48 KiB, runs like those of
 * `bench:collector`: resident under its steady load 130 to 149 MiB with 50, 130 to 155 with 60, 133 to 161 with 75; flat out,
 * requests of 100 took 3.6, 2.9 to 3.3 and 2.7 to 2.8 CPU-seconds a million spans.
 */
export const HEAP_GROWING_PERCENT = 60

/**
 * Buffers count towards that growth, as in newer V8s. Node 24's left alone starts to mark when they alone have grown by a
 * few requests' worth, whatever the heap may: 1.8 to 2.0 CPU-seconds a million metric points without the flag and 1.4 to 1.7 with it,
 * 3.5 to 4.0 and 2.7 to 3.1 a million spans (same day and machine, in turn, growth of 75 %). Others do not know the flag, and would not start.
 */
const BUFFERS_COUNT = { flag: '--external-memory-accounted-in-global-limit', nodeMajor: 24 }

/**
 * Bytes from which glibc asks the system for a block of its own, and gives it back at once. Left alone it learns from the
 * buffers that it sees not to, and their gaps stay resident: 150 MiB under the steady load with 64 KiB, 130 to 149 with 48 KiB
 * (same day and machine, growth of 50 %). Smaller blocks cost a call to the system each: a third more CPU for requests of 100
 * with 40 KiB (growth of 75 %).
 */
export const OWN_BLOCK_BYTES = 49_152

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
 * @param {string} nodeVersion of the new Node, `24.21.0`
 * @returns {string[]}
 */
export function v8Flags(env, given, nodeVersion) {
  const said = [...given, ...(env.NODE_OPTIONS ?? '').split(/\s+/)].map((flag) => flag.replaceAll('_', '-'))
  const has = (name) => said.some((flag) => flag === name || flag.startsWith(`${name}=`))
  const flags = [...given]
  if (!has('--max-semi-space-size')) flags.push(`--max-semi-space-size=${SEMI_SPACE_MIB}`)
  if (!has('--heap-growing-percent')) flags.push(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`)
  if (nodeVersion.startsWith(`${BUFFERS_COUNT.nodeMajor}.`)) flags.push(BUFFERS_COUNT.flag)
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
