/** Windows whose floor is the mean of each step. */
import * as windows from '../../../../processor/leak_detector/engine/windows.ts'

export { addKnown, callsIn, spanOf } from '../../../../processor/leak_detector/engine/windows.ts'

/** As they are, but for the floor. */
export const windowsOf: typeof windows.windowsOf = (state, member, metric) =>
  windows.windowsOf(state, member, metric).map((window) => ({ ...window, floor: window.mean }))
