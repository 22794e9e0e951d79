import { readFileSync } from 'node:fs'

/** What the operating system says a process has used so far, all its threads together. */
export interface Usage {
  readonly cpuSeconds: number
  readonly rssMiB: number
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

/** Reads `/proc/<pid>/stat`: user and system time, resident pages. Throws when the process is gone. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssMiB: (Number(fields[21]) * PAGE_BYTES) / 2 ** 20,
  }
}
