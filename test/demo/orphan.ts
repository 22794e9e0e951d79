/**
 * Preloaded into every process that the demo starts: when the demo goes away, however it goes, the operating system
 * closes the channel between them, and the process ends too. The channel alone keeps nobody alive.
 */

import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.channel !== undefined) {
  process.once('disconnect', () => process.exit(0))
  process.channel?.unref()
}
