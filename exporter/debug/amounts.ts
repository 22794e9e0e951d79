/** Amounts in the units that people think in. */

const BYTE_STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const MINUTE_S = 60
const HOUR_S = 3_600
const DAY_S = 86_400

/** Two digits, three where the first would round too much: 412, 18, 9.5, 0.25. */
function digits(value: number): string {
  return Math.abs(value) >= 9.95 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))
}

/** @example byteText(419_430_400) // => '400 MiB' */
export function byteText(bytes: number): string {
  let size = bytes
  let step = 0
  while (Math.abs(size) >= 999.5 && step < BYTE_STEPS.length - 1) {
    size /= 1024
    step += 1
  }
  return `${step === 0 ? Math.round(size) : digits(size)} ${BYTE_STEPS[step]}`
}

/** @param unit `By` for bytes; all else are things that are counted. */
export function amountText(value: number, unit: string): string {
  return unit === 'By' ? byteText(value) : digits(value)
}

/** Growth a second as growth an hour, or a day where an hour would show nothing. */
export function rateText(perSecond: number, unit: string): string {
  const hourly = Math.abs(perSecond * HOUR_S) >= (unit === 'By' ? 1024 : 1)
  return hourly ? `${amountText(perSecond * HOUR_S, unit)}/h` : `${amountText(perSecond * DAY_S, unit)}/day`
}

/** @example timeText(21_600) // => '6 h' */
export function timeText(seconds: number): string {
  if (seconds < 1.5 * MINUTE_S) return `${Math.round(seconds)} s`
  if (seconds < 1.5 * HOUR_S) return `${Math.round(seconds / MINUTE_S)} min`
  return seconds < 1.5 * DAY_S ? `${digits(seconds / HOUR_S)} h` : `${digits(seconds / DAY_S)} days`
}

/** @example percentText(0.784) // => '78 %' */
export function percentText(share: number): string {
  return `${Math.round(share * 100)} %`
}
