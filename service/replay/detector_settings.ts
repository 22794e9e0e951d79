import { engineSettings, type LeakDetectorConfig } from '../../connector/leak_detector/config.ts'
import { type EngineSettings, engineDefaults } from '../../processor/leak_detector/engine/settings.ts'
import type { Issue } from '../config/issue.ts'
import { load } from '../config/load.ts'
import { machine } from '../config/machine.ts'
import type { Sources } from '../config/sources.ts'
import { REGISTRY } from '../registry.ts'
import { chooseStep } from './choose_step.ts'

/** Settings, or what is wrong with the configuration. */
export type DetectorSettings =
  | { readonly ok: true; readonly settings: EngineSettings }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/**
 * How the engine is set up for a recording: as the configuration says, for it is the same engine; without one, by the
 * defaults, with a step that suits the data.
 */
export async function detectorSettings(sources: Sources, files: readonly string[]): Promise<DetectorSettings> {
  if (sources.configs.length === 0 && sources.sets.length === 0) {
    return { ok: true, settings: engineDefaults(await chooseStep(files)) }
  }
  const loaded = await load(sources, machine, REGISTRY)
  if (!loaded.ok) return loaded
  const detectors = [...loaded.configuration.connectors.values()].filter(
    ({ factory }) => factory.type === 'leak_detector',
  )
  const [first, ...others] = detectors
  if (first === undefined || others.length > 0) return { ok: false, issues: [notOne(detectors.map(({ id }) => id))] }
  return { ok: true, settings: engineSettings(first.config as LeakDetectorConfig) }
}

function notOne(ids: readonly string[]): Issue {
  const message =
    ids.length === 0
      ? 'no leak_detector is configured'
      : `${ids.length} leak detectors are configured (${ids.join(', ')}), and a recording goes through one`
  return { path: ['connectors'], message, hint: 'configure one leak_detector, or leave --config out' }
}
