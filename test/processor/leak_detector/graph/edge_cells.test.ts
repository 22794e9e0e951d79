import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEdgeStep, edgeCell } from '../../../../processor/leak_detector/graph/edge_cells.ts'

test('[G15] a step with as many cells as it may have takes no more room, and still knows those that it has', () => {
  const step = createEdgeStep()
  const call = { callerService: 1, callerOperation: 0, callee: 2, kind: 0, origin: 0 }
  const cells = Array.from({ length: 10_000 }, (_, n) => edgeCell(step, { ...call, calleeOperation: n }, 100))
  assert.deepEqual(
    cells.map((cell, n) => (n < 100 ? cell === n : cell === -1)),
    cells.map(() => true),
  )
  assert.deepEqual([step.count, step.keys.length, step.table.size()], [100, 100, 100])
  assert.equal(edgeCell(step, { ...call, calleeOperation: 42 }, 100), 42)
})
