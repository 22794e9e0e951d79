import assert from 'node:assert/strict'
import type { Payload, Signal } from '../../component/payload.ts'
import type { Configuration } from '../../service/config/configuration.ts'
import { renderIssue } from '../../service/config/issue.ts'
import { load } from '../../service/config/load.ts'
import { fixedOutside } from '../../service/config/outside.ts'
import { createGraph, type Graph } from '../../service/pipelines/graph.ts'
import { type FakeEnv, fakeEnv, fakeHost } from '../component/fake_env.ts'
import { type Diary, smallCatalogue } from './small_catalogue.ts'

/** A configuration of small components; fails when something is wrong with it. */
export async function configured(text: string, diary?: Diary): Promise<Configuration> {
  const result = await load({ configs: ['c'], sets: [] }, fixedOutside({ c: text }, {}), smallCatalogue(diary))
  assert.ok(result.ok, result.ok ? '' : result.issues.map(renderIssue).join('\n'))
  return result.configuration
}

/** A graph in a world that stands still. */
export function smallGraph(): { readonly graph: Graph; readonly env: FakeEnv } {
  const env = fakeEnv()
  const graph = createGraph({
    clock: env.clock,
    log: env.log,
    settingsFor: (node) => ({ id: node.id, env, host: fakeHost() }),
  })
  return { graph, env }
}

export function payload(signal: Signal, items = 1): Payload {
  return { signal, parts: [new Uint8Array([items])], sizeBytes: 1, items }
}
