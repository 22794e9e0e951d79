/** Says of one thing after the other whether it is shown. */
export type Sampler = (nowMs: number) => boolean

/**
 * Of each second the first `initial`, then every `thereafter`-th (none when 0).
 *
 * @example
 * const shows = createSampler(1, 2)
 * shows(0) // => true
 * shows(1) // => false
 * shows(2) // => true: the second after the first
 */
export function createSampler(initial: number, thereafter: number): Sampler {
  let second = Number.NaN
  let seen = 0
  return (nowMs) => {
    const now = Math.floor(nowMs / 1_000)
    if (now !== second) seen = 0
    second = now
    seen += 1
    return seen <= initial || (thereafter > 0 && (seen - initial) % thereafter === 0)
  }
}
