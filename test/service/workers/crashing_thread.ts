/** A thread that answers what it is asked, and crashes when it is told to apply anything. */

import { parentPort } from 'node:worker_threads'
import type { ToThread } from '../../../service/workers/messages.ts'

parentPort!.on('message', (message: ToThread) => {
  if (message.kind === 'apply') throw new Error('boom')
  if (message.kind === 'collect') parentPort!.postMessage({ kind: 'metrics', id: message.id, scopes: [] })
  if (message.kind === 'shutdown') parentPort!.close()
})
