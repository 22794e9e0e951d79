import type { Component, Consumer, ProcessorFactory, Settings } from '../../component/component.ts'
import type { Clock } from '../../component/env.ts'
import { accepted, type Outcome, unavailable } from '../../component/outcome.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import { type BatchConfig, batchConfig } from './config.ts'
import { type BatchMetrics, batchMetrics } from './metrics.ts'
import { memoryOf } from './pile.ts'
import { Shard, type ShardEvents } from './shard.ts'

const MIB = 1_048_576

/** Puts small requests together into bigger ones, and cuts those that are too big. */
export const batchProcessor: ProcessorFactory<BatchConfig> = {
  kind: 'processor',
  type: 'batch',
  stability: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  config: batchConfig,
  create: createBatch,
}

function createBatch(settings: Settings, signal: Signal, config: BatchConfig, next: Consumer): Component & Consumer {
  const { env, id } = settings
  const headers = config.metadata_keys.map((key) => key.toLowerCase())
  const shardsMax = config.metadata_cardinality_limit || Number.POSITIVE_INFINITY
  const maxHeldBytes = config.max_held_mib * MIB
  /** One shard for each combination of header values that has something waiting. */
  const shards = new Map<string, Shard>()
  const metrics = batchMetrics(env.meter, id, signal, { shards: () => shards.size, heldBytes })
  let stopping = false
  let onEmpty = () => {}

  function heldBytes(): number {
    let sum = 0
    for (const shard of shards.values()) sum += shard.heldBytes
    return sum
  }

  function openShard(key: string, payload: Payload): Shard {
    const empty = () => {
      shards.delete(key)
      if (shards.size === 0) onEmpty()
    }
    const metadata = pick(payload, headers)
    const shard = new Shard({ env, config, next, events: events(settings, metrics, empty), metadata })
    shards.set(key, shard)
    return shard
  }

  function flush(): void {
    for (const shard of shards.values()) shard.flush()
  }

  function refuse(payload: Payload, message: string, retryAfterMs?: number): Outcome {
    metrics.refused(payload.items)
    return unavailable(message, retryAfterMs)
  }

  return {
    async start() {},
    async consume(payload) {
      if (stopping) return refuse(payload, 'batch processor is shutting down')
      const key = JSON.stringify(headers.map((name) => payload.metadata?.get(name) ?? null))
      const shard = shards.get(key)
      if (shard?.refusal) return refuse(payload, shard.refusal.message, shard.refusal.retryAfterMs)
      const held = heldBytes()
      const full = held > 0 && held + memoryOf(payload) > maxHeldBytes
      const crowded = shard === undefined && shards.size >= shardsMax
      if (full || crowded) {
        flush()
        return refuse(payload, full ? 'batch processor is full' : 'too many batcher metadata-value combinations')
      }
      ;(shard ?? openShard(key, payload)).add(payload)
      return accepted
    },
    async shutdown(deadlineMs) {
      stopping = true
      flush()
      if (shards.size > 0) {
        await within(env.clock, deadlineMs, (done) => {
          onEmpty = done
        })
      }
      for (const shard of shards.values()) shard.abandon()
      shards.clear()
      metrics.close()
    },
  }
}

/** Only the headers that batches are told apart by travel on with them. */
function pick(payload: Payload, headers: readonly string[]): Payload['metadata'] {
  if (headers.length === 0) return undefined
  return new Map(headers.flatMap((name) => [[name, payload.metadata?.get(name)] as const]).filter(isPresent))
}

function isPresent(
  entry: readonly [string, readonly string[] | undefined],
): entry is readonly [string, readonly string[]] {
  return entry[1] !== undefined
}

/** Counts and logs what a shard tells. */
function events({ env }: Settings, metrics: BatchMetrics, empty: () => void): ShardEvents {
  return {
    empty,
    sent: metrics.sent,
    refused(refusal, attempt) {
      metrics.retried()
      const fields = { error: refusal.message, attempt }
      if (attempt === 1) env.log.warn('Batch refused, will try again; newcomers are refused meanwhile', fields)
      else env.log.debug('Batch refused again', fields)
    },
    dropped(items, reason, message) {
      metrics.dropped(items, reason)
      env.log.error('Sender failed', { error: message, dropped_items: items, reason })
    },
  }
}

/** Resolves when `wait` says so, or after `ms`. */
function within(clock: Clock, ms: number, wait: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve)
    wait(() => {
      cancel()
      resolve()
    })
  })
}
