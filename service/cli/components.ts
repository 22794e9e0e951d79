import { stringify } from 'yaml'
import { SIGNALS } from '../../component/payload.ts'
import { BUILD } from '../build.ts'
import { type Catalogue, type FactoryIn, SECTIONS, type Section } from '../config/catalogue.ts'

/** `leakmesh components`: what is built in, in the shape of the Collector's answer, new names only. */
export async function componentsYaml(catalogue: Catalogue): Promise<string> {
  const answer: Record<string, unknown> = {
    buildinfo: {
      command: BUILD.name,
      description: 'OpenTelemetry-Collector-compatible, finds memory leaks',
      version: BUILD.version,
    },
  }
  for (const section of SECTIONS) answer[section] = await described(section, catalogue)
  return stringify(answer)
}

async function described(section: Section, catalogue: Catalogue): Promise<readonly unknown[]> {
  const factories = await Promise.all(catalogue[section].map((entry) => entry.load()))
  return factories.map((factory) => ({
    name: factory.type,
    module: `leakmesh/${section.slice(0, -1)}/${factory.type} v${BUILD.version}`,
    stability: stabilityOf(section, factory),
  }))
}

function stabilityOf(section: Section, factory: FactoryIn[Section]): Record<string, string> {
  if (section === 'extensions') return { extension: factory.stability.extension ?? 'development' }
  const level = (signal: 'traces' | 'metrics' | 'logs') => factory.stability[signal] ?? 'undefined'
  if (!('converts' in factory)) return Object.fromEntries(SIGNALS.map((signal) => [signal, level(signal)]))
  const ways = SIGNALS.flatMap((from) => (factory.converts[from] ?? []).map((to) => [`${from}-to-${to}`, level(from)]))
  return Object.fromEntries(ways)
}
