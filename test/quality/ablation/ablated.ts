/** leakmesh with one part left out, as a detector of the benchmark. */
import type { Case, Detector } from '../case.ts'
import { leakmesh } from '../ours.ts'
import type { Ablation } from './ablations.ts'
import { importWithout } from './import_without.ts'

const OURS = new URL('../ours.ts', import.meta.url)
const PRODUCT = new URL('../../../processor/leak_detector/', import.meta.url)
const STAND_INS = new URL('stand_ins/', import.meta.url)

/** The detector that is left when a part is left out. */
export async function ablated(ablation: Ablation): Promise<Detector> {
  const { name, settings, deafTo } = ablation
  const detector = (await makerOf(ablation))(name, settings)
  if (deafTo === undefined) return detector
  return { name, watch: (run) => detector.watch(unheard(run, deafTo)) }
}

/** Our own detector, or a copy of it with stand-ins. */
async function makerOf({ name, standIns = {} }: Ablation): Promise<typeof leakmesh> {
  const files = Object.entries(standIns).map(
    ([file, standIn]) => [new URL(file, PRODUCT).href, new URL(standIn, STAND_INS).href] as const,
  )
  if (files.length === 0) return leakmesh
  const copy = (await importWithout(name, OURS, new Map(files))) as typeof import('../ours.ts')
  return copy.leakmesh
}

function unheard(run: Case, signal: NonNullable<Ablation['deafTo']>): Case {
  return {
    ...run,
    *telemetry() {
      for (const request of run.telemetry()) if (request.signal !== signal) yield request
    },
  }
}
