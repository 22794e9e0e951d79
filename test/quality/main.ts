/** `npm run bench:quality`: how well leaks are found, named and told apart from everything else. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { ABLATIONS, ablation } from './ablation/ablations.ts'
import type { CaseResult } from './case_job.ts'
import { runAll } from './pool.ts'
import { compareReports, comparisonText } from './report/compare.ts'
import { htmlPage } from './report/html.ts'
import { reportJson, type StoredReport, storedReport } from './report/json.ts'
import { type DetectorScores, qualityReport, type RankingScores } from './report/quality_report.ts'
import { terminalText } from './report/terminal.ts'
import { caseNames, SEEDS } from './seeds.ts'

interface Options {
  readonly seeds: 'development' | 'reported'
  readonly rounds: string
  readonly skip: string
  readonly scenario?: readonly string[]
  readonly severity?: readonly string[]
  readonly disturbance?: string
  readonly alone?: boolean
  readonly ablate?: boolean
  readonly ablation?: readonly string[]
  readonly threads?: string
  readonly out?: string
  readonly scores?: string
  readonly html?: string
  readonly base?: string
}

const command = new Command('bench:quality')
  .description('Plays simulated shops to the detector and to what others run, and scores what they say')
  .option('--seeds <list>', 'development or reported', 'development')
  .option('--rounds <n>', 'seeds taken of the list', '1')
  .option('--skip <n>', 'seeds left out before', '0')
  .option('--scenario <numbers...>', 'only these')
  .option('--severity <numbers...>', 'only these, 1 to 5')
  .option('--disturbance <name>', 'all cases under this one')
  .option('--alone', 'without the others')
  .option('--ablate', 'ours again, with each part left out in turn')
  .option('--ablation <names...>', 'ours again, with these parts left out in turn')
  .option('--threads <n>', 'cases watched at the same time')
  .option('--out <file>', 'keeps the figures as JSON')
  .option('--scores <file>', 'keeps all scores as JSON lines')
  .option('--html <file>', 'draws every case')
  .option('--base <file>', 'compares with figures kept by --out')
  .parse()
const options = command.opts<Options>()

const names = caseNames({
  seeds: SEEDS[options.seeds].slice(Number(options.skip)).slice(0, Number(options.rounds)),
  ...(options.scenario !== undefined && { scenarios: options.scenario.map(Number) }),
  ...(options.severity !== undefined && { severities: options.severity.map(Number) }),
  ...(options.disturbance !== undefined && { disturbance: options.disturbance }),
})
const ablations = options.ablate ? ABLATIONS.map(({ name }) => name) : (options.ablation ?? [])
for (const name of ablations) ablation(name)
const progress = new SingleBar({
  format: '{bar} {value}/{total} cases, {eta_formatted} to go · {id}',
  noTTYOutput: false,
})
progress.start(names.length, 0, { id: '' })
if (options.scores !== undefined) {
  mkdirSync(dirname(options.scores), { recursive: true })
  writeFileSync(options.scores, '')
}
const results = await runAll(
  names.map((name) => ({
    name,
    withBaselines: options.alone !== true,
    withPlot: options.html !== undefined,
    ablations,
  })),
  (result) => {
    progress.increment({ id: result.id })
    if (options.scores !== undefined)
      appendFileSync(options.scores, `${JSON.stringify({ ...result, plot: undefined })}\n`)
  },
  options.threads === undefined ? undefined : Number(options.threads),
)
progress.stop()

const report = qualityReport(scoresOf(results, 0), others(results), {
  rankings: rankingsOf(results),
  ablations: ablationsOf(results),
})
process.stdout.write(terminalText(report))
process.stdout.write(`CPU of ours: ${results.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0).toFixed(0)} s\n`)
if (options.base !== undefined) {
  const base = JSON.parse(readFileSync(options.base, 'utf8')) as StoredReport
  process.stdout.write(comparisonText(compareReports(base, storedReport(report))))
}
if (options.out !== undefined) write(options.out, reportJson(report))
if (options.html !== undefined) {
  const plots = results.flatMap(({ plot }) => plot ?? [])
  write(options.html, htmlPage(plots, report.failures))
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function scoresOf(all: readonly CaseResult[], at: number): DetectorScores {
  return { name: all[0]!.scores[at]![0], scores: all.map(({ scores }) => scores[at]![1]) }
}

function others(all: readonly CaseResult[]): DetectorScores[] {
  return all[0]!.scores.slice(1).map((_, at) => scoresOf(all, at + 1))
}

function ablationsOf(all: readonly CaseResult[]): DetectorScores[] {
  return all[0]!.ablations.map(({ name }, at) => ({ name, scores: all.map((result) => result.ablations[at]!.score) }))
}

function rankingsOf(all: readonly CaseResult[]): RankingScores[] {
  const told = Map.groupBy(
    all.flatMap(({ rankings }) => rankings),
    ([ranking]) => ranking,
  )
  return [...told].map(([name, scores]) => ({ name, scores: scores.map(([, score]) => score) }))
}
