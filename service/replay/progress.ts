import { SingleBar } from 'cli-progress'

/** Shows how far the reading is. */
export interface Progress {
  /** Bytes of all files read so far, as they lie on the disk. */
  update(bytes: number): void
  stop(): void
}

/** A bar on standard error where that is a terminal; nothing else. */
export function createProgress(isTerminal: boolean, totalBytes: number): Progress {
  if (!isTerminal) return { update() {}, stop() {} }
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} MiB | {eta_formatted} left',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 100,
  })
  bar.start(mib(totalBytes), 0)
  return { update: (bytes) => bar.update(Math.min(mib(bytes), mib(totalBytes))), stop: () => bar.stop() }
}

function mib(bytes: number): number {
  return Math.ceil(bytes / 1_048_576)
}
