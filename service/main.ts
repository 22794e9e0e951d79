/** The command line. What a command needs is loaded when it is given, so that `--version` answers at once. */

import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { BUILD } from './build.ts'
import { processStreams } from './cli/print.ts'
import type { PrintOptions } from './cli/print_config.ts'
import type { Sources } from './config/sources.ts'

interface SourceOptions {
  readonly config: readonly string[]
  readonly set: readonly string[]
}

interface ReplayFlags {
  readonly findings?: string
  readonly strict: boolean
  readonly workers?: number
}

interface GraphFlags {
  readonly from: readonly string[]
  readonly format: 'gexf' | 'dot' | 'json'
  readonly of?: string
}

const collect = (value: string, before: readonly string[]) => [...before, value]

/** Declares `--config` and `--set` on a command. */
function withSources(command: Command): Command {
  return command
    .option('--config <uri>', 'configuration: a path, or file:, env:, yaml: (repeat to merge)', collect, [])
    .option('--set <key=value>', 'set one value, a.b=c; wins over all files (repeat for more)', collect, [])
}

function sourcesOf({ config, set }: SourceOptions): Sources {
  return { configs: config, sets: set }
}

function end(code: number): void {
  process.exitCode = code
}

async function runCommand(options: SourceOptions, command: Command): Promise<void> {
  const [word] = command.args
  if (word !== undefined) {
    const { suggestion } = await import('./config/suggest.ts')
    const names = command.commands.map((one) => one.name())
    command.error(`error: unknown command "${word}"; ${suggestion(word, names) ?? 'see --help'}`)
  }
  const { run } = await import('./cli/run.ts')
  end(await run(sourcesOf(options), processStreams, { instanceId: randomUUID(), keepAlive }))
}

function keepAlive(): () => void {
  const timer = setInterval(() => {}, 2 ** 30)
  return () => clearInterval(timer)
}

/** `leakmesh` alone runs: the options of `run` stand on the program itself as well. */
function commandLine(): Command {
  const program = withSources(new Command(BUILD.name))
    .description('Passes telemetry on like an OpenTelemetry Collector and finds memory leaks in what passes.')
    .version(`${BUILD.name} version ${BUILD.version}`, '-v, --version', 'print the version')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .allowExcessArguments()
    .action(runCommand)
  withSources(program.command('run'))
    .description('run the pipelines (the same as without a word); without --config: a default on localhost')
    .action(runCommand)
  withSources(program.command('validate'))
    .description('check a configuration: silent, or every error with file:line:column')
    .action(async (options: SourceOptions) => {
      const { validate } = await import('./cli/validate.ts')
      end(await validate(sourcesOf(options), processStreams))
    })
  program
    .command('components')
    .description('what is built in, as YAML')
    .action(async () => {
      const { componentsYaml } = await import('./cli/components.ts')
      const { REGISTRY } = await import('./registry.ts')
      processStreams.out(await componentsYaml(REGISTRY))
    })
  withSources(program.command('print-config').alias('print-initial-config'))
    .description('the configuration after merging and expanding')
    .addOption(new Option('--mode <mode>', 'secrets').choices(['redacted', 'unredacted']).default('redacted'))
    .addOption(new Option('--format <format>', 'of the output').choices(['yaml', 'json']).default('yaml'))
    .option('--validate', 'check it before printing', false)
    .action(async (options: SourceOptions & PrintOptions) => {
      const { printConfig } = await import('./cli/print_config.ts')
      end(await printConfig(sourcesOf(options), options, processStreams))
    })
  addRecordings(program)
  return program
}

/** The commands that read recordings. */
function addRecordings(program: Command): void {
  withSources(program.command('replay'))
    .description('recorded telemetry (OTLP JSON lines, .gz and .zst too) through the same engine, by its own clock')
    .argument('[files...]', 'recordings')
    .option('--findings <out>', 'write findings as OTLP JSON lines to a file, or - for standard output')
    .option('--workers <count>', 'threads that read; what is found does not depend on it', wholeNumber)
    .option('--strict', 'end with 1 when a line could not be read', false)
    .action(async (files: string[], options: SourceOptions & ReplayFlags) => {
      const { replay } = await import('./replay/replay.ts')
      const { findings, strict, workers = Math.max(1, availableParallelism() - 1) } = options
      const isTerminal = process.stderr.isTTY === true
      const asked = { files, sources: sourcesOf(options), strict, workers, isTerminal, ...(findings && { findings }) }
      end(await replay(asked, processStreams))
    })
  withSources(program.command('graph'))
    .description('the dependency graph of a recording: who calls whom')
    .requiredOption('--from <file>', 'recording to read (repeat for more)', collect, [])
    .addOption(new Option('--format <format>', 'of the output').choices(['gexf', 'dot', 'json']).default('dot'))
    .option('--of <service>', 'only what this service depends on')
    .action(async (options: SourceOptions & GraphFlags) => {
      const { graph } = await import('./graph/graph.ts')
      const { from: files, format, of } = options
      end(await graph({ files, sources: sourcesOf(options), format, ...(of && { of }) }, processStreams))
    })
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('must be a whole number, at least 1.')
  return number
}

await commandLine().parseAsync()
