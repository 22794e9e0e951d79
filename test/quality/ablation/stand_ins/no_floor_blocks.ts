/** Blocks whose floor is their mean, which lies in their middle. */
import * as blocks from '../../../../processor/leak_detector/detect/blocks.ts'

export { blocksOf, currentLife } from '../../../../processor/leak_detector/detect/blocks.ts'

/** As they are, but for the floor. Blocks with too little data stay without. */
export const viewsOf: typeof blocks.viewsOf = (window, warmUpMs) =>
  blocks.viewsOf(window, warmUpMs).map((view) => ({
    ...view,
    floor: view.floor.map((low, at) => (Number.isNaN(low) ? low : view.mean[at]!)),
    lowAfterMs: view.lowAfterMs.map(() => view.blockMs / 2),
  }))
