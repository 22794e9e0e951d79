/**
 * Loaded with `--import` before a program that is measured: when it ends, it tells on descriptor 3 what all its threads
 * have used together. Asked from outside, a process that has ended tells nothing any more.
 */
import { readFileSync, writeSync } from 'node:fs'
import type { Spent } from './child.ts'

const USAGE_FD = 3

process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const spent: Spent = { cpuSeconds: (user + system) / 1e6, peakMiB: peakKiB() / 1024 }
  writeSync(USAGE_FD, JSON.stringify(spent))
})

/** Linux's `maxRSS` may be the parent's, from before the program was started: its own mark is asked for. */
function peakKiB(): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))![1])
  } catch {
    return process.resourceUsage().maxRSS
  }
}
