/**
 * What V8 is told before it starts. Apart from the launcher so that tests can call it; plain JavaScript like it.
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
 * Measured with the half spaces, 2026-11-29, 2 cores, built, 10,000 spans a second in requests of 100 for 20 to 30 s after
 * 20: 4 MiB and V8's growth 20.2 % of a core and 171 MiB resident; 4 MiB and 60 % 18.8 % and 146; 70 % 16.4 % and 149;
 * 80 % 16.9 % and 150; 100 % 16.4 % and 156; 2 MiB and 60 % 18.0 % and 140. Flat out 2 MiB cost a tenth to a fifth more.
 */
export const HEAP_GROWING_PERCENT = 70

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
