/**
 * The entry of an ingest thread: builds the part of the configuration that network receivers reach, listens on the
 * same ports as its siblings, and hands what is for the main thread to it.
 */

import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { createAdvice } from '../../component/advice.ts'
import type { Host } from '../../component/component.ts'
import { type Log, type LogFields, type LogLevel, systemClock, systemRandom } from '../../component/env.ts'
import { createFirstLook } from '../../component/first_look.ts'
import { BUILD } from '../build.ts'
import { renderIssue } from '../config/issue.ts'
import { check } from '../config/load.ts'
import type { MapNode } from '../config/tree.ts'
import { createGraph } from '../pipelines/graph.ts'
import type { Started } from '../pipelines/life.ts'
import { REGISTRY } from '../registry.ts'
import { settingsFor } from '../settings.ts'
import { createOwnMetrics } from '../telemetry/own_metrics.ts'
import { observeHeap } from '../telemetry/process_metrics.ts'
import type { FromThread, ThreadData, ToThread } from './messages.ts'

assert(parentPort !== null, 'this is the entry of a worker thread')
const port = parentPort
const { thread } = workerData as ThreadData

const own = createOwnMetrics()
observeHeap(own.meter, process)
const advice = createAdvice()
const host: Host = {
  build: BUILD,
  advice,
  thread,
  firstLook: createFirstLook(),
  reusePort: true,
  sendBatch(connector, bytes) {
    // Only a buffer that belongs to these bytes alone may be given away.
    const alone = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
    tell({ kind: 'batch', connector, bytes: alone }, [alone.buffer as ArrayBuffer])
  },
}
const env = { clock: systemClock, random: systemRandom, meter: own.meter, host, logFor }
const graph = createGraph({
  clock: systemClock,
  log: logFor('service', {}),
  settingsFor: (node) => settingsFor(env, node),
})

let work: Promise<void> = Promise.resolve()
port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'advise':
      advice.set(message.warnings)
      return
    case 'collect':
      void own.collect().then((scopes) => tell({ kind: 'metrics', id: message.id, scopes: plainScopes(scopes) }))
      return
    case 'gather':
      for (const { component } of graph.instances()) component.handOn?.()
      tell({ kind: 'gathered', id: message.id })
      return
    case 'apply':
      work = work.then(async () => tell({ kind: 'applied', outcome: await apply(message.tree) }))
      return
    case 'shutdown':
      work = work.then(async () => {
        await graph.shutdown(message.deadlineMs)
        tell({ kind: 'ended' })
        port.close()
      })
  }
})

async function apply(tree: MapNode): Promise<Started> {
  const loaded = await check(tree, REGISTRY)
  if (!loaded.ok) return { ok: false, message: loaded.issues.map(renderIssue).join('; ') }
  const applied = await graph.apply(loaded.configuration, 'ingest')
  assert(applied.ok || !applied.broken, 'the old pipelines could not be brought back')
  return applied.ok ? { ok: true } : { ok: false, message: applied.message }
}

function tell(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, [...transfer])
}

function logFor(caller: string, fields: LogFields): Log {
  const all = { ...fields, thread }
  const emit = (level: LogLevel) => (message: string, more?: LogFields) => {
    tell({ kind: 'log', level, caller, message, fields: plainFields({ ...all, ...more }) })
  }
  return { debug: emit('debug'), info: emit('info'), warn: emit('warn'), error: emit('error') }
}

/** Fields as a message can carry them. */
function plainFields(fields: LogFields): LogFields {
  const text = JSON.stringify(fields, (_key, value: unknown) => {
    if (value instanceof Error) return value.message
    return typeof value === 'bigint' ? String(value) : value
  })
  return JSON.parse(text) as LogFields
}

type Scopes = Awaited<ReturnType<typeof own.collect>>

function plainScopes(scopes: Scopes): Scopes {
  return scopes.map(({ scope, metrics }) => ({ scope: { name: scope.name, version: scope.version ?? '' }, metrics }))
}
