import { stringify } from 'yaml'
import { emptyReport } from '../config/issue.ts'
import { load } from '../config/load.ts'
import { machine } from '../config/machine.ts'
import { readSources, type Sources } from '../config/sources.ts'
import { plain } from '../config/tree.ts'
import { DEFAULT_CONFIG } from '../default_config.ts'
import { REGISTRY } from '../registry.ts'
import { issuesText, type Streams } from './print.ts'
import { redacted } from './redact.ts'

/** How the configuration is to be shown. */
export interface PrintOptions {
  readonly mode: 'redacted' | 'unredacted'
  readonly format: 'yaml' | 'json'
  /** Check it as `validate` does before printing. */
  readonly validate: boolean
}

/** `leakmesh print-config`: the configuration after merging and expanding. */
export async function printConfig(sources: Sources, options: PrintOptions, streams: Streams): Promise<number> {
  const asked = sources.configs.length > 0 ? sources : { ...sources, configs: [`yaml:${DEFAULT_CONFIG}`] }
  const report = emptyReport()
  const tree = readSources(asked, machine, report)
  if (tree === undefined) {
    streams.err(issuesText(report.issues))
    return 1
  }
  if (options.validate) {
    const loaded = await load(asked, machine, REGISTRY)
    if (!loaded.ok) {
      streams.err(issuesText(loaded.issues))
      return 1
    }
  }
  const data = options.mode === 'redacted' ? redacted(plain(tree)) : plain(tree)
  streams.out(options.format === 'json' ? `${JSON.stringify(data, null, 2)}\n` : stringify(data))
  return 0
}
