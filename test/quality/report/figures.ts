/** Figures as people read them: three digits, and nothing where nothing was measured. */
import type { Measured } from '../score/interval.ts'

/** @example figure(0.95312) // => '0.953' @example figure(undefined) // => '' */
export function figure(value: number | undefined): string {
  return value === undefined ? '' : String(rounded(value))
}

/** Three digits after the point; small numbers keep two that say something. */
export function rounded(value: number): number {
  return Math.abs(value) >= 0.01 || value === 0 ? Number(value.toFixed(3)) : Number(value.toPrecision(2))
}

/** @example interval({ value: 0.5, low: 0.4, high: 0.6, n: 9 }) // => '(0.4–0.6)' */
export function interval(measured: Measured | undefined): string {
  return measured === undefined ? '' : `(${figure(measured.low)}–${figure(measured.high)})`
}
