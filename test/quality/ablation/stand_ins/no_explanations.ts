/** Nothing that rises beyond chance is harmless. */
import type * as explain from '../../../../processor/leak_detector/detect/explain.ts'

/** No reason applies. */
export const explanations: typeof explain.explanations = () => []
