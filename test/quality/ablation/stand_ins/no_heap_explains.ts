/** Memory and heap are told side by side. */
import type * as heapExplains from '../../../../processor/leak_detector/engine/heap_explains.ts'

/** Memory is what was said of it. */
export const besideHeap: typeof heapExplains.besideHeap = (memory) => memory
