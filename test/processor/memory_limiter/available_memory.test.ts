import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { availableBytes, limitFiles } from '../../../processor/memory_limiter/available_memory.ts'
import { processMemory } from '../../../processor/memory_limiter/process_memory.ts'

test('[ML3] version 2: every group from our own up to the root is asked', () => {
  assert.deepEqual(limitFiles('0::/kubepods/pod1/box\n'), [
    '/sys/fs/cgroup/kubepods/pod1/box/memory.max',
    '/sys/fs/cgroup/kubepods/pod1/memory.max',
    '/sys/fs/cgroup/kubepods/memory.max',
    '/sys/fs/cgroup/memory.max',
  ])
})

test('[ML3] in a container with its own namespace only the root is asked', () => {
  assert.deepEqual(limitFiles('0::/\n'), ['/sys/fs/cgroup/memory.max'])
  assert.deepEqual(limitFiles('0::/../../elsewhere\n'), ['/sys/fs/cgroup/memory.max'])
})

test('[ML3] version 1: the hierarchy that holds the memory controller', () => {
  const text = '12:cpu,cpuacct:/a\n7:memory:/docker/b:c\n1:name=systemd:/a\n'
  assert.deepEqual(limitFiles(text), [
    '/sys/fs/cgroup/memory/docker/b:c/memory.limit_in_bytes',
    '/sys/fs/cgroup/memory/docker/memory.limit_in_bytes',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  ])
})

test('[ML3] no text, no files', () => {
  assert.deepEqual(limitFiles(''), [])
  assert.deepEqual(limitFiles('nonsense'), [])
})

test('[ML3] the least limit counts, and never more than the machine has', () => {
  assert.equal(availableBytes([], 1_000), 1_000)
  assert.equal(availableBytes(['max\n', '400\n', '300\n'], 1_000), 300)
  assert.equal(availableBytes(['9223372036854771712\n'], 1_000), 1_000)
  assert.equal(availableBytes(['', 'garbage', '-5', '0'], 1_000), 1_000)
  fc.assert(
    fc.property(fc.array(fc.string()), fc.nat(), (texts, machine) => {
      const bytes = availableBytes(texts, machine + 1)
      assert.ok(bytes > 0 && bytes <= machine + 1)
    }),
  )
})

test('[ML3] of this very process: some memory is used, and some more is there', async () => {
  const used = processMemory.usedBytes()
  const available = await processMemory.availableBytes()
  assert.ok(used > 1_000_000 && used < available, `${used} of ${available}`)
})
