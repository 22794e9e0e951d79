import { load } from '../config/load.ts'
import { machine } from '../config/machine.ts'
import type { Sources } from '../config/sources.ts'
import { REGISTRY } from '../registry.ts'
import { issuesText, type Streams } from './print.ts'

/** `leakmesh validate`: silent and 0, or every error and 1. */
export async function validate(sources: Sources, streams: Streams): Promise<number> {
  const loaded = await load(sources, machine, REGISTRY)
  if (loaded.ok) return 0
  streams.err(issuesText(loaded.issues))
  return 1
}
