/** `npm run bench:quality`: how well leaks are found, named and told apart from everything else. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SingleBar } from 'cli-progress'
import { ABLATIONS, ablation } from './ablation/ablations.ts'
import type { CaseJob, CaseResult } from './case_job.ts'
import type { CaseName } from './cases.ts'
import { readOptions } from './options.ts'
import { pairNames, SAMPLING } from './pairs.ts'
import { runAll } from './pool.ts'
import { compareReports, comparisonText } from './report/compare.ts'
import { htmlPage } from './report/html.ts'
import { reportJson, type StoredReport, storedReport } from './report/json.ts'
import { terminalText } from './report/terminal.ts'
import { reportOf, samplingReport } from './run_report.ts'
import { caseNames, SEEDS } from './seeds.ts'

const options = readOptions()
const results = options.from === undefined ? await played(jobsOf(namesOf())) : options.from.flatMap(keptIn)
const report = options.pair === undefined ? reportOf(results) : samplingReport(results)
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

async function played(jobs: readonly CaseJob[]): Promise<readonly CaseResult[]> {
  const progress = new SingleBar({
    format: '{bar} {value}/{total} cases, {eta_formatted} to go · {id}',
    noTTYOutput: false,
  })
  progress.start(jobs.length, 0, { id: '' })
  if (options.scores !== undefined) write(options.scores, '')
  const results = await runAll(
    jobs,
    (result) => {
      progress.increment({ id: result.id })
      if (options.scores !== undefined)
        appendFileSync(options.scores, `${JSON.stringify({ ...result, plot: undefined })}\n`)
    },
    options.threads === undefined ? undefined : Number(options.threads),
  )
  progress.stop()
  return results
}

/** What `--scores` kept; in no order. */
function keptIn(file: string): readonly CaseResult[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as CaseResult)
}

function namesOf(): readonly CaseName[] {
  const { scenario, severity, step, services, disturbance } = options
  const selection = {
    seeds: SEEDS[options.seeds].slice(Number(options.skip)).slice(0, Number(options.rounds)),
    ...(scenario !== undefined && { scenarios: scenario.map(Number) }),
    ...(severity !== undefined && { severities: severity.map(Number) }),
    shape: {
      ...(step !== undefined && { stepSeconds: step }),
      ...(services !== undefined && { services }),
    },
  }
  if (options.pair !== undefined) return pairNames(SAMPLING, selection)
  return caseNames({ ...selection, ...(disturbance !== undefined && { disturbance }) })
}

function jobsOf(names: readonly CaseName[]): readonly CaseJob[] {
  if (names.length === 0) throw new Error('no case is left of this selection')
  const ablations = options.ablate ? ABLATIONS.map(({ name }) => name) : (options.ablation ?? [])
  for (const name of ablations) ablation(name)
  const isAlone = options.alone === true || options.pair !== undefined
  const withPlot = options.html !== undefined
  return names.map((name) => ({ name, withBaselines: !isAlone, withPlot, ablations }))
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
