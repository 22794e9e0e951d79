import { closeSync, openSync, writeSync } from 'node:fs'
import type { WriteLine } from './log.ts'

/** Open places that log lines are written to. */
export interface Output {
  readonly write: WriteLine
  close(): void
}

/**
 * Opens `stderr`, `stdout` and files, to which lines are added. Throws when a file cannot be opened.
 * Lines are written at once and in order, also just before the process ends.
 */
export function openOutput(paths: readonly string[]): Output {
  const opened: number[] = []
  const descriptors = paths.map((path) => {
    if (path === 'stderr') return 2
    if (path === 'stdout') return 1
    const descriptor = openSync(path, 'a')
    opened.push(descriptor)
    return descriptor
  })
  return {
    write(line) {
      for (const descriptor of descriptors) writeWhole(descriptor, `${line}\n`)
    },
    close() {
      for (const descriptor of opened) closeSync(descriptor)
    },
  }
}

/** A pipe whose reader is slow says EAGAIN; so often we try again before the rest of the line is given up. */
const ATTEMPTS_MAX = 1_000

function writeWhole(descriptor: number, text: string): void {
  let rest = Buffer.from(text)
  for (let attempt = 0; attempt < ATTEMPTS_MAX && rest.length > 0; attempt++) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      Atomics.wait(PAUSE, 0, 0, 1)
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4))
