import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { availableBytes, limitFiles } from './available_memory.ts'

/** What the limiter has to know of memory. */
export interface MemoryProbe {
  /**
   * Resident memory of the whole process, all its threads, bytes. It holds what the JavaScript heap alone does not
   * show: buffers of received requests, thread stacks, compression windows. It is what the kernel kills for.
   */
  usedBytes(): number
  /** What the process may use at most, bytes. */
  availableBytes(): Promise<number>
}

/** The process we are, on the machine or in the container we are in. */
export const processMemory: MemoryProbe = {
  usedBytes: () => process.memoryUsage.rss(),
  async availableBytes() {
    const files = limitFiles((await textOf('/proc/self/cgroup')) ?? '')
    const texts = await Promise.all(files.map(textOf))
    return availableBytes(
      texts.filter((text) => text !== undefined),
      totalmem(),
    )
  },
}

/** Undefined when there is no such file or it is not ours to read: then it limits nothing that we could know of. */
async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
