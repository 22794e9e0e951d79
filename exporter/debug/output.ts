import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { type Palette, paletteFor, plain } from './palette.ts'

/** A place to print to. */
export interface Output {
  /** Colours that may be used; a file never has any. */
  readonly palette: Palette
  /** Resolves when the text has been handed on or can no longer be: a slow reader slows us down, a gone one does not stop us. */
  write(text: string): Promise<void>
  close(): Promise<void>
}

/** Opens `stdout`, `stderr` or a file that is added to. Rejects when it cannot be opened. */
export async function openOutput(path: string): Promise<Output> {
  if (path === 'stdout' || path === 'stderr') {
    const stream = process[path]
    return outputTo(stream, paletteFor(stream.isTTY === true, process.env), async () => {})
  }
  const stream = createWriteStream(path, { flags: 'a' })
  await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject))
  return outputTo(stream, plain, () => new Promise((resolve) => stream.end(resolve)))
}

/** @param end releases the stream if it is ours. */
export function outputTo(stream: Writable, palette: Palette, end: () => Promise<void>): Output {
  // Without a listener a reader that went away (EPIPE) would end the process.
  const ignore = () => {}
  stream.on('error', ignore)
  return {
    palette,
    write: (text) => new Promise((resolve) => stream.write(text, () => resolve())),
    async close() {
      await end()
      stream.off('error', ignore)
    },
  }
}
