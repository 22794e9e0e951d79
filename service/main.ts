/** The command line. What a command needs is loaded when it is given, so that `--version` answers at once. */

import { Command } from 'commander'
import { BUILD } from './build.ts'
import { processStreams } from './cli/print.ts'
import type { Sources } from './config/sources.ts'

interface SourceOptions {
  readonly config: readonly string[]
  readonly set: readonly string[]
}

const collect = (value: string, before: readonly string[]) => [...before, value]

function withSources(command: Command): Command {
  return command
    .option('--config <uri>', 'configuration: a path, or file:, env:, yaml: (repeat to merge)', collect, [])
    .option('--set <key=value>', 'set one value, a.b=c; wins over all files (repeatable)', collect, [])
}

function sourcesOf({ config, set }: SourceOptions): Sources {
  return { configs: config, sets: set }
}

async function main(): Promise<void> {
  const program = new Command(BUILD.name)
    .description('Passes telemetry on like an OpenTelemetry Collector and finds memory leaks in what passes.')
    .version(`${BUILD.name} version ${BUILD.version}`, '-v, --version', 'print the version')
    .enablePositionalOptions()
    .showHelpAfterError()
  const end = (code: number) => {
    process.exitCode = code
  }
  withSources(program).action(async (options: SourceOptions) => {
    const { run } = await import('./cli/run.ts')
    end(await run(sourcesOf(options), processStreams))
  })
  withSources(program.command('run').description('run the pipelines (also without the word)')).action(
    async (options: SourceOptions) => {
      const { run } = await import('./cli/run.ts')
      end(await run(sourcesOf(options), processStreams))
    },
  )
  await program.parseAsync()
}

await main()
