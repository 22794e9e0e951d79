import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, permanent, unavailable } from '../../../component/outcome.ts'
import { emptyDiary } from '../small_catalogue.ts'
import { configured, payload, smallGraph } from '../small_service.ts'

const TWO_STEPS = `
receivers: {otlp: }
processors: {batch: , passing: }
exporters: {nop: , nop/b: }
connectors: {forward: }
extensions: {health_check: }
service:
  extensions: [health_check]
  pipelines:
    traces/in: {receivers: [otlp], processors: [passing, batch], exporters: [forward]}
    traces/out: {receivers: [forward], processors: [batch], exporters: [nop, nop/b]}
    logs: {receivers: [otlp], exporters: [nop]}
`

/** Whether each of these lines comes before the next. */
function inThisOrder(lines: readonly string[], ...wanted: readonly string[]): void {
  const places = wanted.map((line) => lines.indexOf(line))
  assert.ok(
    places.every((place) => place >= 0),
    `${wanted} in ${lines}`,
  )
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
    lines.join(', '),
  )
}

test('[P1] starts extensions, then what is handed telemetry before what hands it, receivers last', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  const applied = await graph.apply(await configured(TWO_STEPS, diary), 'all')
  assert.deepEqual(applied, { ok: true, started: 9, kept: 0, stopped: 0 })
  assert.equal(diary.lines[0], 'start health_check')
  assert.equal(diary.lines.at(-1), 'start otlp')
  inThisOrder(diary.lines, 'start nop[traces]', 'start forward', 'start passing[traces]', 'start otlp')
  inThisOrder(diary.lines, 'start nop/b[traces]', 'start forward')
  assert.equal(diary.lines.filter((line) => line === 'start batch[traces]').length, 2, 'one instance a pipeline')
  assert.equal(diary.lines.filter((line) => line.startsWith('start nop[')).length, 2, 'one instance a signal')
})

test('[P2] stops receivers first and extensions last', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  diary.lines.length = 0
  await graph.shutdown(1_000)
  assert.equal(diary.lines[0], 'stop otlp')
  assert.equal(diary.lines.at(-1), 'stop health_check')
  inThisOrder(diary.lines, 'stop otlp', 'stop passing[traces]', 'stop forward', 'stop nop[traces]')
  assert.equal(diary.lines.length, 9)
  await graph.shutdown(1_000)
  assert.equal(diary.lines.length, 9, 'a second time does nothing')
})

test('[P2] what is being stopped can still be asked, until all of it has ended', async () => {
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS), 'all')
  const before = graph.instances()
  const ended = graph.shutdown(1_000)
  assert.deepEqual(graph.instances(), before)
  await graph.shutdown(1_000)
  assert.deepEqual(graph.instances(), before, 'a second time does nothing')
  await ended
  assert.deepEqual(graph.instances(), [])
})

test('[P2] a component that hangs is left behind and named', async () => {
  const { graph, env } = smallGraph()
  const configuration = await configured(TWO_STEPS)
  await graph.apply(configuration, 'all')
  const hanging = graph.instances().find(({ node }) => node.key === 'exporter logs nop')!
  hanging.component.shutdown = () => new Promise(() => {})
  const ended = graph.shutdown(1_000)
  await env.clock.advance(1_600)
  await ended
  assert.deepEqual(
    env.log.lines.map(({ level, fields }) => [level, fields.component]),
    [['warn', 'exporter logs nop']],
  )
})

test('[P3] telemetry goes through processors and connectors to all exporters, and the answer comes back', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  const receiver = diary.next.get('otlp')!
  assert.deepEqual(Object.keys(receiver).toSorted(), ['logs', 'traces'], 'only signals that a pipeline uses')
  diary.lines.length = 0
  const sent = payload('traces', 7)
  assert.deepEqual(await receiver.traces!.consume(sent), accepted)
  assert.deepEqual(diary.lines.toSorted(), ['nop/b[traces] got 7', 'nop[traces] got 7'])
  assert.equal(diary.received[0], sent, 'nothing is copied on the way')
  diary.answers.set('nop', unavailable('queue full', 5))
  assert.deepEqual(await receiver.traces!.consume(sent), unavailable('queue full', 5))
  diary.answers.set('nop/b', permanent('no', 3))
  assert.deepEqual(await receiver.traces!.consume(sent), permanent('queue full; no', 3))
  assert.deepEqual(await receiver.logs!.consume(payload('logs')), unavailable('queue full', 5))
})

test("[P4] a start that fails is told in the Collector's words and leaves nothing running", async () => {
  const diary = emptyDiary()
  diary.fails.set('start otlp', 'listen EADDRINUSE')
  const { graph } = smallGraph()
  const applied = await graph.apply(await configured(TWO_STEPS, diary), 'all')
  const message = 'cannot start pipelines: failed to start "otlp" receiver: listen EADDRINUSE'
  assert.deepEqual(applied, { ok: false, message, broken: false })
  assert.equal(diary.lines.filter((line) => line.startsWith('start')).length, 8)
  assert.equal(diary.lines.filter((line) => line.startsWith('stop')).length, 9)
  diary.fails.clear()
  diary.fails.set('create batch[traces]', 'no such file')
  const second = await graph.apply(await configured(TWO_STEPS, diary), 'all')
  const why = 'failed to build pipelines: failed to create "batch" processor for data type "traces": no such file'
  assert.deepEqual(second, { ok: false, message: why, broken: false })
})

test('[P5] a reload keeps what did not change and puts the rest in its place', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  const receiver = diary.next.get('otlp')!
  diary.lines.length = 0
  const changed = TWO_STEPS.replace('nop/b: }', 'nop/b: {size: 3}, nop/c: }').replace('[nop, nop/b]', '[nop/b, nop/c]')
  const applied = await graph.apply(await configured(changed, diary), 'all')
  assert.deepEqual(applied, { ok: true, started: 2, kept: 7, stopped: 2 })
  const [first, second, ...stops] = diary.lines
  assert.deepEqual([first, second], ['start nop/b[traces]', 'start nop/c[traces]'])
  assert.deepEqual(stops.toSorted(), ['stop nop/b[traces]', 'stop nop[traces]'])
  diary.lines.length = 0
  await receiver.traces!.consume(payload('traces', 2))
  assert.deepEqual(
    diary.lines.toSorted(),
    ['nop/b[traces] got 2', 'nop/c[traces] got 2'],
    'the old receiver leads there',
  )
})

test('[P5] a reload to the same changes nothing', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  diary.lines.length = 0
  const reordered = TWO_STEPS.replace('{nop: , nop/b: }', '{nop/b: , nop: }')
  assert.deepEqual(await graph.apply(await configured(reordered, diary), 'all'), {
    ok: true,
    started: 0,
    kept: 9,
    stopped: 0,
  })
  assert.deepEqual(diary.lines, [])
})

test('[P5] a receiver that gets another signal is replaced: old one first, then the new one', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  diary.lines.length = 0
  const more = `${TWO_STEPS}    metrics: {receivers: [otlp], exporters: [nop]}\n`
  const applied = await graph.apply(await configured(more, diary), 'all')
  assert.deepEqual(applied, { ok: true, started: 2, kept: 8, stopped: 1 })
  assert.deepEqual(diary.lines, ['start nop[metrics]', 'stop otlp', 'start otlp'])
})

test('[P6] a reload whose exporter does not start leaves everything as it was', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  const receiver = diary.next.get('otlp')!
  diary.lines.length = 0
  diary.fails.set('start nop/c[traces]', 'no')
  const changed = TWO_STEPS.replace('nop/b: }', 'nop/b: , nop/c: }').replace('[nop, nop/b]', '[nop, nop/c]')
  const applied = await graph.apply(await configured(changed, diary), 'all')
  assert.deepEqual(applied, {
    ok: false,
    message: 'cannot start pipelines: failed to start "nop/c" exporter: no',
    broken: false,
  })
  assert.deepEqual(diary.lines, ['stop nop/c[traces]'])
  diary.lines.length = 0
  await receiver.traces!.consume(payload('traces', 2))
  assert.deepEqual(diary.lines.toSorted(), ['nop/b[traces] got 2', 'nop[traces] got 2'])
})

test('[P6] a reload whose receiver does not start brings the old one back', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  diary.lines.length = 0
  diary.fails.set('start traces_only', 'port taken')
  const changed = TWO_STEPS.replace('{otlp: }', '{traces_only: , otlp: {protocols: {grpc: }}}').replace(
    '[otlp], proc',
    '[traces_only], proc',
  )
  const applied = await graph.apply(await configured(changed, diary), 'all')
  assert.deepEqual(applied, {
    ok: false,
    message: 'cannot start pipelines: failed to start "traces_only" receiver: port taken',
    broken: false,
  })
  assert.equal(diary.lines.at(-1), 'start otlp')
  diary.lines.length = 0
  await diary.next.get('otlp')!.traces!.consume(payload('traces', 2))
  assert.deepEqual(diary.lines.toSorted(), ['nop/b[traces] got 2', 'nop[traces] got 2'])
})

test('[P6] when the old one cannot be brought back either, that is said', async () => {
  const diary = emptyDiary()
  const { graph } = smallGraph()
  await graph.apply(await configured(TWO_STEPS, diary), 'all')
  diary.fails.set('start otlp', 'port taken')
  const changed = TWO_STEPS.replace('{otlp: }', '{otlp: {protocols: {grpc: }}}')
  const applied = await graph.apply(await configured(changed, diary), 'all')
  assert.ok(!applied.ok && applied.broken)
})

const DETECTOR = `
receivers: {otlp: }
exporters: {nop: , nop/findings: }
connectors: {leak_detector: , forward: }
extensions: {health_check: }
service:
  extensions: [health_check]
  pipelines:
    traces: {receivers: [otlp], exporters: [nop, leak_detector]}
    metrics: {receivers: [otlp], exporters: [leak_detector]}
    logs/findings: {receivers: [leak_detector], exporters: [forward]}
    logs: {receivers: [otlp, forward], exporters: [nop/findings]}
`

test('[P7] alone, one thread has it all', async () => {
  const { graph } = smallGraph()
  await graph.apply(await configured(DETECTOR), 'all')
  assert.equal(graph.instances().length, 6)
})

test('[P7] ingest threads have what receivers reach; the main thread what gathering connectors reach', async () => {
  const configuration = await configured(DETECTOR)
  const ingest = smallGraph().graph
  await ingest.apply(configuration, 'ingest')
  const keys = (graph: typeof ingest) =>
    graph
      .instances()
      .map(({ node }) => node.key)
      .toSorted()
  assert.deepEqual(keys(ingest), [
    'connector leak_detector',
    'exporter logs nop/findings',
    'exporter traces nop',
    'receiver otlp',
  ])
  const detector = ingest.instances().find(({ node }) => node.id === 'leak_detector')
  assert.deepEqual(detector?.node.outputs, {}, 'what it finds is not theirs to tell')
  const engine = smallGraph().graph
  await engine.apply(configuration, 'engine')
  assert.deepEqual(keys(engine), [
    'connector forward',
    'connector leak_detector',
    'exporter logs nop/findings',
    'extension health_check',
  ])
})
