/** What an operator may say about detection, in the operator's words. Sound without touching any. */
export interface DetectSettings {
  /** Alarms accepted on one healthy service in a month, over all its resources, resolutions and looks. */
  readonly falseAlarmsPerServiceMonth: number
  /** Steps at the start of a process life that are not judged: loading, pools, caches on their first fill. */
  readonly warmUpSteps: number
  /**
   * A process younger than this may still be filling its caches: its growth is reported only when it is urgent, that
   * is when the limit is less than five times its age away, or the level is four times what it began with.
   */
  readonly patienceMs: number
  /** Growth below this many bytes is not worth a word. */
  readonly minGrowthBytes: number
  /** Growth below this many items (descriptors, threads, goroutines, …) is not worth a word. */
  readonly minGrowthItems: number
  /** Growth that would need longer than this to double the level, or to reach a known limit, is not worth a word. */
  readonly horizonMs: number
}

/** Settings as they come out of the box. */
export const DEFAULT_DETECT_SETTINGS: DetectSettings = {
  falseAlarmsPerServiceMonth: 0.3,
  warmUpSteps: 6,
  patienceMs: 16 * 3_600_000,
  minGrowthBytes: 1_048_576,
  minGrowthItems: 12,
  horizonMs: 180 * 86_400_000,
}

/** Fewest blocks from which anything is concluded. */
export const BLOCKS_MIN = 16

/** Most blocks looked at in one view; longer spans are seen in longer blocks. */
export const BLOCKS_MAX = 96

const MONTH_MS = 30 * 86_400_000

/** Looks that share more than half of the shortest stretch say the same again: an alarm is counted once. */
const RENEWED_BLOCKS = BLOCKS_MIN / 2

/**
 * How small a chance must be, as a base-10 logarithm, before it counts as evidence in one view.
 *
 * A service is looked at anew with each finished block, in each view and on each of its resources; the budget of
 * false alarms is divided evenly over all looks that are not the same again (a union bound: no assumption about their
 * dependence).
 *
 * @example lookLog10P(0.3, 3_600_000, 40) // => -4.08: hourly blocks, 40 questions asked at each look
 */
export function lookLog10P(falseAlarmsPerMonth: number, blockMs: number, questionsPerLook: number): number {
  const looks = Math.max(1, MONTH_MS / (RENEWED_BLOCKS * blockMs))
  return Math.log10(falseAlarmsPerMonth / (looks * questionsPerLook))
}
