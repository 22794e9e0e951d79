/**
 * How many calls a sampled span stands for: consistent probability sampling writes its threshold into `tracestate`,
 * and a span that passed threshold T of 2^56 stands for 2^56 / (2^56 − T) of its kind.
 * Source: OpenTelemetry specification, "TraceState: Probability Sampling".
 */

const THRESHOLD_DIGITS = 14
const HALF = 2 ** 28
const STEPS = 1024

/**
 * The adjusted count from a `tracestate`, a multiple of 1/1024; 1 when it tells of no threshold.
 * @example samplingWeight('vendor=1,ot=rv:abc;th:c') // => 4
 */
export function samplingWeight(traceState: string): number {
  for (const member of traceState.split(',')) {
    const [key, value = ''] = member.trim().split('=', 2)
    if (key !== 'ot') continue
    const threshold = value.split(';').find((part) => part.startsWith('th:'))
    return threshold === undefined ? 1 : adjustedCount(threshold.slice(3))
  }
  return 1
}

/** Digits after the last are zeros. 2^56 − T is kept in two halves, since a double holds only 53 bits. */
function adjustedCount(digits: string): number {
  if (!/^[0-9a-f]{1,14}$/.test(digits)) return 1
  const padded = digits.padEnd(THRESHOLD_DIGITS, '0')
  const high = Number.parseInt(padded.slice(0, 7), 16)
  const low = Number.parseInt(padded.slice(7), 16)
  const passing = (HALF - 1 - high) * HALF + (HALF - low)
  return Math.round(((HALF * HALF) / passing) * STEPS) / STEPS
}
