import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ceilingOf } from '../../../../processor/leak_detector/engine/ceilings.ts'
import { createEngine } from '../../../../processor/leak_detector/engine/engine.ts'
import { groupsOf } from '../../../../processor/leak_detector/engine/groups.ts'
import { STEP_MS, T0 } from './shop.ts'
import { createTestIngest, type Sample } from './wire.ts'

const MIB = 2 ** 20
const HEAP = 'dotnet.gc.last_collection.heap.size'

const GENERATION = { 'dotnet.gc.heap.generation': 'gen2' }

/** The ceiling of a heap of 200 MiB, beside which kubelet tells `samples` of its pod. */
function ceilingBeside(samples: readonly Sample[], name = HEAP): number | undefined {
  const engine = createEngine({ stepMs: STEP_MS })
  const ingest = createTestIngest(STEP_MS)
  const pod = { 'k8s.pod.uid': 'u1', 'k8s.pod.name': 'cart-5f6585d649-fnmft', 'k8s.container.name': 'app' }
  for (let step = 0; step < 20; step++) {
    const timeMs = T0 + step * STEP_MS
    ingest.metrics(pod, timeMs, samples)
    ingest.metrics({ 'service.name': 'cart', 'service.instance.id': 'x', 'k8s.pod.uid': 'u1' }, timeMs, [
      { name, value: 200 * MIB, unit: 'By', ...(name === HEAP && { labels: GENERATION }) },
    ])
    engine.merge(ingest.drain())
    engine.advance()
  }
  const heap = groupsOf(engine.state).find(({ resource }) => resource === 'heap')!
  const [member] = heap.members
  return ceilingOf(engine.state, member!, member!.metrics.get(name)!)
}

const used = (mib: number): Sample => ({ name: 'container.memory.working_set', value: mib * MIB })
const limit: Sample = { name: 'k8s.container.memory_limit', value: 512 * MIB }

test('[E23] a heap may grow by what its container leaves', () => {
  assert.equal(ceilingBeside([used(300), limit]), 412 * MIB)
  assert.equal(ceilingBeside([used(520), limit]), 200 * MIB, 'what is over its limit leaves nothing')
})

test('[E23] of several metrics of memory the one that is watched counts', () => {
  const resident: Sample = { name: 'container.memory.rss', value: 100 * MIB }
  assert.equal(ceilingBeside([resident, used(300), limit]), 412 * MIB)
  assert.equal(ceilingBeside([used(300), resident, limit]), 412 * MIB)
})

test('[E23] without a limit, or without the level of memory, it has no ceiling', () => {
  assert.equal(ceilingBeside([used(300)]), undefined)
  assert.equal(ceilingBeside([limit]), undefined)
})

test('[E23] what lives in a heap of Go may take half of the room: the other half is garbage by then', () => {
  assert.equal(ceilingBeside([used(300), limit], 'go.memory.gc.goal'), (100 + 106) * MIB)
})

test('[E23] a heap that has doubled is told, unless its container leaves it plenty', () => {
  const told = (...beside: readonly Sample[]) => {
    const engine = createEngine({ stepMs: STEP_MS })
    const ingest = createTestIngest(STEP_MS)
    for (let step = 0; step < 120; step++) {
      const value = (100 + Math.max(0, step - 40) * 3 + (step % 3) / 8) * MIB
      ingest.metrics({ 'service.name': 'cart', 'service.instance.id': 'x' }, T0 + step * STEP_MS, [
        { name: HEAP, value, unit: 'By', labels: GENERATION },
        ...beside,
      ])
      engine.merge(ingest.drain())
      engine.advance()
    }
    return engine.ledger.told().map(({ carrier }) => carrier.resource)
  }
  assert.deepEqual(told(), ['heap'])
  assert.deepEqual(told(used(400), { ...limit, value: 50_000 * MIB }), [])
})
