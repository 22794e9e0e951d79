import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SIGNALS } from '../../component/payload.ts'
import { SECTIONS, sectionOf } from '../../service/config/catalogue.ts'
import { parseComponentId } from '../../service/config/component_id.ts'
import { REGISTRY } from '../../service/registry.ts'

test('[L3] every entry is what its factory says', async () => {
  for (const section of SECTIONS) {
    for (const entry of REGISTRY[section]) {
      const factory = await entry.load()
      assert.equal(factory.type, entry.type)
      assert.equal(sectionOf(factory.kind), section)
      assert.deepEqual(factory.deprecatedTypes ?? [], entry.deprecated, entry.type)
      assert.deepEqual(parseComponentId(entry.type), { type: entry.type, name: '' })
    }
  }
})

test('[L3] no name means two things, and each says what it is for', async () => {
  for (const section of SECTIONS) {
    const names = REGISTRY[section].flatMap(({ type, deprecated }) => [type, ...deprecated])
    assert.equal(new Set(names).size, names.length, section)
    for (const entry of REGISTRY[section]) {
      const { stability } = await entry.load()
      const signals = [...SIGNALS, 'extension' as const].filter((signal) => stability[signal] !== undefined)
      assert.ok(signals.length > 0, entry.type)
    }
  }
})
