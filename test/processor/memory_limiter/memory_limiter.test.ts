import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unavailable } from '../../../component/outcome.ts'
import { createMemoryLimiter, memoryLimiterProcessor } from '../../../processor/memory_limiter/factory.ts'
import { limitsOf } from '../../../processor/memory_limiter/limits.ts'
import { fakeConsumer, fakePayload } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'

const MIB = 1_048_576
const { config } = memoryLimiterProcessor

function limiter(raw: unknown) {
  const env = fakeEnv()
  const memory = { used: 0, usedBytes: () => memory.used, availableBytes: async () => 1_000 * MIB }
  const next = fakeConsumer()
  const component = createMemoryLimiter(fakeSettings('memory_limiter', env), 'traces', config.parse(raw), next, memory)
  return { env, memory, next, component }
}

test('[ML1] above the soft limit it refuses, retryably and in the Collector’s words; below it goes on', async () => {
  const { env, memory, next, component } = limiter({ check_interval: '1s', limit_mib: 100, spike_limit_mib: 30 })
  await component.start()
  assert.deepEqual(await component.consume(fakePayload('traces', 5)), { ok: true })

  memory.used = 71 * MIB
  assert.deepEqual(await component.consume(fakePayload('traces', 5)), { ok: true }, 'not measured yet')
  await env.clock.advance(1_000)
  assert.deepEqual(
    await component.consume(fakePayload('traces', 11)),
    unavailable('data refused due to high memory usage'),
  )
  memory.used = 70 * MIB
  await env.clock.advance(1_000)
  assert.deepEqual(await component.consume(fakePayload('traces', 5)), { ok: true })

  assert.equal(next.acceptedItems, 15)
  const processor = 'memory_limiter'
  assert.equal(env.metrics.sum('otelcol_processor_memory_limiter_accepted_spans', { processor }), 15)
  assert.equal(env.metrics.sum('otelcol_processor_memory_limiter_refused_spans', { processor }), 11)
  assert.deepEqual(
    env.log.lines.map((line) => line.message),
    [
      'Memory limiter configured',
      'Memory usage is above soft limit. Refusing data.',
      'Memory usage back within limits. Resuming normal operation.',
    ],
  )
  await component.shutdown(0)
  assert.equal(env.clock.waiting, 0)
})

test('[ML1] memory is measured at the start: a process that is born too big refuses at once', async () => {
  const { memory, component } = limiter({ check_interval: '1s', limit_percentage: 50 })
  memory.used = 401 * MIB
  await component.start()
  assert.equal((await component.consume(fakePayload('traces', 1))).ok, false)
})

test('[ML2] the limit: megabytes win over percent, a fifth is the spike unless said', () => {
  const limits = (raw: object) => limitsOf(config.parse({ check_interval: '1s', ...raw }), 1_000 * MIB)
  assert.deepEqual(limits({ limit_mib: 100 }), { hardBytes: 100 * MIB, softBytes: 80 * MIB })
  assert.deepEqual(limits({ limit_mib: 100, spike_limit_mib: 25 }), { hardBytes: 100 * MIB, softBytes: 75 * MIB })
  assert.deepEqual(limits({ limit_percentage: 80, spike_limit_percentage: 25 }), {
    hardBytes: 800 * MIB,
    softBytes: 550 * MIB,
  })
  assert.deepEqual(limits({ limit_percentage: 50 }), { hardBytes: 500 * MIB, softBytes: 400 * MIB })
  assert.deepEqual(limits({ limit_mib: 10, limit_percentage: 50, spike_limit_percentage: 10 }), {
    hardBytes: 10 * MIB,
    softBytes: 8 * MIB,
  })
})

test('[ML4] configurations of the Collector are taken, keys of forced collection included', () => {
  const chart = { check_interval: '5s', limit_percentage: 80, spike_limit_percentage: 25 }
  assert.equal(config.parse(chart).check_interval, 5_000)
  const collection = {
    min_gc_interval_when_soft_limited: '10s',
    min_gc_interval_when_hard_limited: '0s',
    max_gc_interval_when_soft_limited: '30s',
    max_gc_interval_when_hard_limited: '30s',
  }
  assert.ok(config.safeParse({ ...chart, ...collection }).success)
})

test('[ML4] wrong ones are refused in the Collector’s words, all at once', () => {
  const messages = (raw: unknown) => config.safeParse(raw).error?.issues.map((issue) => issue.message)
  assert.deepEqual(messages(null), [
    "'check_interval' must be greater than zero",
    "'limit_mib' or 'limit_percentage' must be greater than zero",
  ])
  assert.deepEqual(messages({ check_interval: '-1s', limit_mib: 5 }), ["'check_interval' must be greater than zero"])
  assert.deepEqual(messages({ check_interval: '1s', limit_mib: 10, spike_limit_mib: 10 }), [
    "'spike_limit_mib' must be smaller than 'limit_mib'",
  ])
  assert.deepEqual(messages({ check_interval: '1s', limit_percentage: 10, spike_limit_percentage: 10 }), [
    "'spike_limit_percentage' must be smaller than 'limit_percentage'",
  ])
  assert.deepEqual(messages({ check_interval: '1s', limit_percentage: 101 }), [
    "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred",
  ])
})
