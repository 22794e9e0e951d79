import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import { costPicture } from './cost_plot.ts'
import { wholeCostOfPrometheus } from './cost_whole.ts'
import { edgesLoad } from './edges_load.ts'
import { costOfSteps, type StepShape } from './engine.ts'
import { createIngest } from './ingest.ts'
import { findPrometheus } from './prometheus.ts'
import { MOVING_PERCENT, seriesLoad } from './series_load.ts'

const STEP_MS = 60_000

/** What an engine knows after some steps of both loads. */
function watched(shape: Omit<StepShape, 'movingPercent'>, steps = 5, movingPercent = MOVING_PERCENT) {
  const levels = seriesLoad({ ...shape, stepMs: STEP_MS, movingPercent })
  const calls = edgesLoad({ ...shape, stepMs: STEP_MS })
  const ingest = createIngest(STEP_MS)
  const engine = createEngine({ stepMs: STEP_MS })
  for (let step = 0; step < steps; step++) {
    for (const bytes of calls(step)) ingest.take('traces', bytes)
    for (const bytes of levels(step)) ingest.take('metrics', bytes)
    engine.merge(ingest.drain())
    engine.advance()
  }
  engine.flush()
  return engine
}

test('[B4] a load has as many series, services and edges as it says, and each edge is called once a step', () => {
  const { series, services, edges } = watched({ series: 400, services: 20, edges: 0 }).gauges()
  assert.deepEqual([series, services, edges], [400, 20, 0])
  const engine = watched({ series: 400, services: 20, edges: 700 })
  assert.equal(engine.gauges().edges, 700)
  assert.equal(engine.state.pairing.counts.calls, 700 * 5)
})

test('[B4] so many series of a hundred move as are asked for', () => {
  const levels = (movingPercent: number): readonly number[] => {
    const { state } = watched({ series: 1_000, services: 20, edges: 0 }, 60, movingPercent)
    const series = Array.from({ length: 1_000 }, (_, id) => id)
    return series.map((id) => state.tensor.read(id, 0, state.closedStep, 1, 'floor')[0]!)
  }
  const flat = levels(0)
  const moved = (percent: number) => levels(percent).filter((level, id) => level !== flat[id]).length
  assert(Math.abs(moved(2) - 20) <= 5, `${moved(2)} of 1,000 where 2 of 100 are asked for`)
  assert(Math.abs(moved(20) - 200) <= 10, `${moved(20)} of 1,000 where 20 of 100 are asked for`)
})

test('[B4] the same shape gives the same bytes, and each step others', () => {
  const shape = { series: 1_500, services: 20, edges: 600, stepMs: STEP_MS, movingPercent: MOVING_PERCENT }
  for (const load of [seriesLoad, edgesLoad]) {
    const [one, other] = [load(shape), load(shape)]
    const first = one(0).map((bytes) => Buffer.from(bytes))
    assert.deepEqual(
      first,
      other(0).map((bytes) => Buffer.from(bytes)),
    )
    assert.notDeepEqual(
      first,
      one(1).map((bytes) => Buffer.from(bytes)),
    )
  }
})

test('[B3] the rooms are measured in a process of their own, edges and all', async () => {
  const cost = await costOfSteps({ series: 100, services: 10, edges: 50, movingPercent: MOVING_PERCENT }, 5)
  assert(cost.ingestUs > 0 && cost.engineUs > 0 && cost.peakMiB > 10)
  assert(Math.abs(cost.stepMs - ((cost.ingestUs + cost.engineUs) * 100) / 1000) < 1e-9)
})

test('the picture has a line for each who, with its name beside it', () => {
  const points = ['ours', 'theirs'].flatMap((who) => [100, 1_000].map((series) => ({ series, who, us: series / 50 })))
  const svg = costPicture(points)
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /)
  assert.equal(svg.match(/<circle/g)?.length, 4)
  for (const name of ['ours', 'theirs', 'µs a series and step']) assert(svg.includes(name), name)
})

test('names of lines that end at the same place do not lie over each other', () => {
  const svg = costPicture(['one', 'two'].flatMap((who) => [1, 10].map((series) => ({ series, who, us: 5 * series }))))
  const label = /<g transform="translate\(8,([\d.]+)\)"[^>]*><text[^>]*translate\([\d.]+,([\d.]+)\)[^>]*>(?:one|two)</g
  const heights = [...svg.matchAll(label)].map(([, moved, y]) => Number(moved) + Number(y))
  assert.equal(heights.length, 2)
  assert(Math.abs(heights[0]! - heights[1]!) >= 10, heights.join(' '))
})

/** Answers as Prometheus does and counts what it is asked; `known` of the series answer. */
const fake = (known: number) => `#!${process.execPath}
const flag = (name) => process.argv.find((one) => one.startsWith(name)).slice(name.length)
const [host, port] = flag('--web.listen-address=').split(':')
require('node:http').createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const answer = (data) => response.end(JSON.stringify({ data }))
  if (pathname === '/-/ready') return response.end()
  if (pathname === '/api/v1/otlp/v1/metrics') return request.resume().on('end', () => response.end())
  if (pathname.endsWith('/values')) return answer(['fd_count', 'target_info'])
  const query = searchParams.get('query')
  if (!query.includes('predict_linear(fd_count{job=~".+"}[6h], 4 * 3600)')) return response.writeHead(400).end('{}')
  answer({ result: query.startsWith('count') ? [{ value: [0, '${known}'] }] : [] })
}).listen(Number(port), host)
`

test('Prometheus is given OTLP and asked its rule for every metric, and must look at every series', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakmesh-test-'))
  const program = (known: number) => {
    const path = join(folder, `prometheus-${known}.cjs`)
    writeFileSync(path, fake(known))
    chmodSync(path, 0o755)
    return path
  }
  const traffic = { series: 20, services: 2, movingPercent: MOVING_PERCENT }
  const shape = { ...traffic, stepMs: STEP_MS, fillSteps: 1, steps: 2, settleMs: 0 }
  const cost = await wholeCostOfPrometheus(program(20), shape)
  assert(cost.rssMiB > 1)
  await assert.rejects(wholeCostOfPrometheus(program(19), shape), /looks at 19 of 20 series/)
  rmSync(folder, { recursive: true })
})

test('without Prometheus there is nothing to compare with', {
  skip: 'PROMETHEUS' in process.env && 'one is given',
}, () => {
  assert.equal(findPrometheus(), undefined)
})
