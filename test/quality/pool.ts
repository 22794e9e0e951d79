/** Cases spread over worker threads. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { CaseJob, CaseResult } from './case_job.ts'

/** Runs all jobs; `tell` hears of each as it is done. The results are in the order of the jobs. */
export async function runAll(
  jobs: readonly CaseJob[],
  tell: (result: CaseResult) => void,
  threads = availableParallelism(),
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = []
  let next = 0
  const one = async () => {
    const worker = new Worker(new URL('./case_job.ts', import.meta.url))
    try {
      while (next < jobs.length) {
        const at = next++
        results[at] = await answerOf(worker, jobs[at]!)
        tell(results[at]!)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, one))
  return results
}

function answerOf(worker: Worker, job: CaseJob): Promise<CaseResult> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', answered)
      worker.off('error', failed)
      act()
    }
    const answered = (result: CaseResult) => settle(() => resolve(result))
    const failed = (error: Error) =>
      settle(() => reject(new Error(`case ${JSON.stringify(job.name)}`, { cause: error })))
    worker.once('message', answered)
    worker.once('error', failed)
    worker.postMessage(job)
  })
}
