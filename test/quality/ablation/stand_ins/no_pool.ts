/** Copies are never judged as one. */
import type * as pool from '../../../../processor/leak_detector/detect/pool.ts'

export { POOLED } from '../../../../processor/leak_detector/detect/pool.ts'

/** Nothing lived through the same time. */
export const pooledWindows: typeof pool.pooledWindows = () => ({ windows: [], members: [] })
