import assert from 'node:assert/strict'
import { test } from 'node:test'
import { telemetrySchema } from '../../../service/config/telemetry_schema.ts'
import { createLog } from '../../../service/telemetry/log.ts'
import { createSampler, SAMPLED_MESSAGES_MAX } from '../../../service/telemetry/sampler.ts'
import { manualClock } from '../../component/manual_clock.ts'

function logged(logs: object) {
  const lines: string[] = []
  const clock = manualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
  const config = telemetrySchema.parse({ logs }).logs
  const rules = { config, resource: { 'service.name': 'leakmesh' }, write: (line: string) => void lines.push(line) }
  return { log: createLog(rules, clock), lines, clock, rules }
}

test('[T1] console lines: time, level, who, what, and the rest as JSON', () => {
  const { log, lines } = logged({})
  log
    .child('otlp_grpc/jaeger', { 'otelcol.component.id': 'otlp_grpc/jaeger' })
    .warn('Slow', { ms: 5, error: new Error('x') })
  log.info('Plain')
  log.debug('Not at this level')
  assert.deepEqual(lines, [
    '2026-01-02T03:04:05.678Z\twarn\totlp_grpc/jaeger\tSlow\t{"otelcol.component.id":"otlp_grpc/jaeger","ms":5,"error":"x"}',
    '2026-01-02T03:04:05.678Z\tinfo\tservice\tPlain',
  ])
})

test('[T1] JSON lines', () => {
  const { log, lines } = logged({ encoding: 'json', level: 'DEBUG', initial_fields: { dc: 1 }, disable_caller: true })
  log.debug('What', { n: 5n })
  assert.deepEqual(JSON.parse(lines[0]!), {
    level: 'debug',
    ts: '2026-01-02T03:04:05.678Z',
    msg: 'What',
    resource: { 'service.name': 'leakmesh' },
    dc: 1,
    n: '5',
  })
})

test('[T1] fields that cannot be written do not stop the program', () => {
  const { log, lines } = logged({})
  const circle: Record<string, unknown> = {}
  circle.self = circle
  log.error('Round', circle)
  assert.match(lines[0]!, /\tRound\t\{"unwritable":/)
})

test('[T1] levels above error silence everything', () => {
  const { log, lines } = logged({ level: 'fatal' })
  log.error('No')
  assert.deepEqual(lines, [])
})

test('[T1] after a reload all children follow the new rules', () => {
  const { log, lines, rules } = logged({ level: 'error' })
  const child = log.child('c', {})
  child.info('1')
  log.reconfigure({ ...rules, config: { ...rules.config, level: 'info' } })
  child.info('2')
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /\t2$/)
})

test('[T2] a flood of equal lines is thinned out, each level and message by itself', async () => {
  const { log, lines, clock } = logged({ sampling: { initial: 2, thereafter: 3 } })
  for (let i = 1; i <= 10; i++) log.info('same', { i })
  log.warn('same')
  log.info('other')
  const numbers = lines.map((line) => /"i":(\d+)/.exec(line)?.[1]).filter((i) => i !== undefined)
  assert.deepEqual(numbers, ['1', '2', '5', '8'])
  assert.equal(lines.length, 6)
  await clock.advance(10_000)
  log.info('same')
  assert.equal(lines.length, 7, 'a new tick begins anew')
})

test('[T2] sampling can be switched off, and remembers no more messages than it may', () => {
  const { sampling } = telemetrySchema.parse({}).logs
  const clock = manualClock(0)
  const off = createSampler({ ...sampling, enabled: false }, clock)
  const bounded = createSampler({ ...sampling, initial: 1, thereafter: 0 }, clock)
  for (let i = 0; i < 50; i++) assert.ok(off('info', 'same'))
  for (let i = 0; i < SAMPLED_MESSAGES_MAX; i++) bounded('info', `m${i}`)
  assert.equal(bounded('info', 'm0'), false)
  assert.equal(bounded('info', 'beyond'), true)
  assert.equal(bounded('info', 'beyond'), true, 'not remembered, so not thinned out')
})
