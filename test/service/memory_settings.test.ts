import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import {
  allocatorEnv,
  goMemoryLimitBytes,
  HEAP_GROWING_PERCENT,
  OWN_BLOCK_BYTES,
  SEMI_SPACE_MIB,
  v8Flags,
} from '../../service/memory_settings.mjs'

const OURS = [`--max-semi-space-size=${SEMI_SPACE_MIB}`, `--heap-growing-percent=${HEAP_GROWING_PERCENT}`]

test("[N3] GOMEMLIMIT in Go's syntax", () => {
  const table: readonly (readonly [string | undefined, number | undefined])[] = [
    ['3276MiB', 3276 * 2 ** 20],
    ['1GiB', 2 ** 30],
    ['512KiB', 2 ** 19],
    ['1TiB', 2 ** 40],
    ['1000', 1000],
    ['1000B', 1000],
    ['off', undefined],
    ['', undefined],
    [undefined, undefined],
    ['3GB', undefined],
  ]
  for (const [text, bytes] of table) assert.equal(goMemoryLimitBytes(text), bytes, text)
})

test("[N3] three quarters of GOMEMLIMIT become the heap's limit, unless the user said something", () => {
  assert.deepEqual(v8Flags({}, []), OURS)
  assert.deepEqual(v8Flags({ GOMEMLIMIT: '400MiB' }, []), [...OURS, '--max-old-space-size=300'])
  assert.deepEqual(
    v8Flags({ GOMEMLIMIT: '1MiB' }, []),
    [...OURS, '--max-old-space-size=64'],
    'never too little to start',
  )
  assert.deepEqual(v8Flags({ GOMEMLIMIT: 'off' }, []), OURS)
  const options = '--enable-source-maps --max_old_space_size=99'
  assert.deepEqual(v8Flags({ GOMEMLIMIT: '400MiB', NODE_OPTIONS: options }, []), OURS)
  const said = ['--max-old-space-size=5', '--max-semi-space-size=1', '--heap-growing-percent=9']
  assert.deepEqual(v8Flags({ GOMEMLIMIT: '400MiB' }, said), said)
})

test('[N3] this Node starts with them', () => {
  assert.equal(spawnSync(process.execPath, [...v8Flags({}, []), '-e', '']).status, 0)
})

test('[N3] the allocator is told when to give blocks back, unless the user has told it', () => {
  assert.deepEqual(allocatorEnv({ HOME: '/root' }), { MALLOC_MMAP_THRESHOLD_: String(OWN_BLOCK_BYTES), HOME: '/root' })
  assert.deepEqual(allocatorEnv({ MALLOC_MMAP_THRESHOLD_: '9' }), { MALLOC_MMAP_THRESHOLD_: '9' })
})
