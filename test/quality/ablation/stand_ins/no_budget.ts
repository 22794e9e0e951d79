/**
 * Each question is asked as if it were the only one, at the level of a single test; nothing is divided over questions and
 * looks. An open finding, which is held by three decades less, is then held by whatever still rises.
 */
import type * as settings from '../../../../processor/leak_detector/detect/settings.ts'

export { BLOCKS_MAX, BLOCKS_MIN, DEFAULT_DETECT_SETTINGS } from '../../../../processor/leak_detector/detect/settings.ts'

/** What a single test asks for. */
const LEVEL = 0.01

/** The same, whatever else is asked. */
export const lookLog10P: typeof settings.lookLog10P = () => Math.log10(LEVEL)
