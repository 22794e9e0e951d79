/** One case in a worker thread: watched by ours and, if asked, by the others; what goes back is plain data. */
import { parentPort } from 'node:worker_threads'
import { ablated } from './ablation/ablated.ts'
import { ablation } from './ablation/ablations.ts'
import { runBaselines } from './baselines/baselines.ts'
import { runRankings } from './baselines/rankings.ts'
import { readSeries } from './baselines/series.ts'
import type { Case } from './case.ts'
import { plotOf } from './case_plot.ts'
import { type CaseName, caseOf } from './cases.ts'
import { leakmesh } from './ours.ts'
import type { CasePlot } from './report/plot_data.ts'
import type { CaseScore } from './score/case_score.ts'
import { scoreCase } from './score/match.ts'
import type { RootScore } from './score/root_service.ts'

export interface CaseJob {
  readonly name: CaseName
  readonly withBaselines: boolean
  readonly withPlot: boolean
  /** Names of parts that are left out in turn. */
  readonly ablations: readonly string[]
}

export interface CaseResult {
  readonly id: string
  /** By detector, ours first. */
  readonly scores: readonly (readonly [detector: string, score: CaseScore])[]
  /** Who ranked the leaking service first, by ranking; none without a leak, or without the others. */
  readonly rankings: readonly (readonly [ranking: string, score: RootScore])[]
  /** Ours with a part left out, in the order that was asked. */
  readonly ablations: readonly AblatedScore[]
  /** CPU seconds that ours took, decoding included and telling not. */
  readonly cpuSeconds: number
  readonly plot?: CasePlot
}

/** One case, watched by ours without one part. */
export interface AblatedScore {
  readonly name: string
  readonly score: CaseScore
}

/** Watches and scores one case. */
export async function runCase({ name, withBaselines, withPlot, ablations }: CaseJob): Promise<CaseResult> {
  const run = caseOf(name)
  const ours = leakmesh()
  const before = process.threadCpuUsage().user
  const said = ours.watch(run)
  const cpuSeconds = (process.threadCpuUsage().user - before) / 1e6
  const { telemetry: _bytes, ...facts } = run
  const set = withBaselines || withPlot ? readSeries(run) : undefined
  const others = set !== undefined && withBaselines ? [...runBaselines(set)] : []
  const scores = [[ours.name, said] as const, ...others].map(
    ([detector, statements]) => [detector, scoreCase(facts, statements)] as const,
  )
  const plot = set !== undefined && withPlot ? plotOf(run, set, said) : undefined
  return {
    id: run.id,
    scores,
    rankings: set !== undefined && withBaselines ? runRankings(facts, set, said) : [],
    ablations: await runAblations(run, ablations),
    cpuSeconds,
    ...(plot && { plot }),
  }
}

async function runAblations(run: Case, names: readonly string[]): Promise<readonly AblatedScore[]> {
  const { telemetry: _bytes, ...facts } = run
  const scores: AblatedScore[] = []
  for (const name of names) {
    const detector = await ablated(ablation(name))
    scores.push({ name, score: scoreCase(facts, detector.watch(run)) })
  }
  return scores
}

parentPort?.on('message', async (job: CaseJob) => parentPort!.postMessage(await runCase(job)))
