/**
 * Prometheus to compare with: PROMETHEUS=/path/to/binary, version 3, which takes OTLP. Nothing of it becomes part of this
 * project.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type Program, startProgram } from './subject.ts'

/** A Prometheus that keeps what it is sent and is asked as its rules would be. */
export interface Prometheus extends Program {
  /** Where OTLP metrics are posted. */
  readonly url: string
  /** Asks the rule of every series, at a time of the data. Rejects when it cannot be asked. */
  ask(atMs: number): Promise<void>
  /** Series that the rule looks at. */
  seriesAsked(atMs: number): Promise<number>
}

/** Path and version; undefined where none is given, which is then said on standard error. */
export function findPrometheus(): { readonly path: string; readonly version: string } | undefined {
  const path = process.env.PROMETHEUS
  if (path === undefined) {
    process.stderr.write('skipped: no Prometheus to compare with (PROMETHEUS=/path/to/prometheus is not set)\n')
    return undefined
  }
  const [version = ''] = execFileSync(path, ['--version'], { encoding: 'utf8' }).split(' (')
  return { path, version }
}

/** Full in four hours, by the line of the last six: the rule of many public rule files. No level of ours is so high. */
const RULE = (metric: string) => `predict_linear(${metric}{job=~".+"}[6h], 4 * 3600) > 1e15`
const READY_WITHIN_MS = 30_000

/** Starts it with an empty store, which is removed at its end. */
export async function startPrometheus(path: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'leakmesh-prometheus-'))
  const file = join(folder, 'prometheus.yml')
  writeFileSync(file, 'scrape_configs: []\n')
  const port = await freePort()
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-otlp-receiver',
    '--log.level=error',
  ]
  const ready = { port, path: '/-/ready' }
  const program = await startProgram('Prometheus', [path, ...flags], ready, { readyMs: READY_WITHIN_MS })
  const api = createApi(`http://127.0.0.1:${port}/api/v1`)
  return {
    pid: program.pid,
    url: `${api.url}/otlp/v1/metrics`,
    async ask(atMs) {
      for (const metric of await api.metrics()) await api.query(RULE(metric), atMs)
    },
    async seriesAsked(atMs) {
      let series = 0
      for (const metric of await api.metrics()) {
        const [count] = await api.query(`count(predict_linear(${metric}{job=~".+"}[6h], 4 * 3600))`, atMs)
        series += Number(count?.value[1] ?? 0)
      }
      return series
    },
    async stop() {
      await program.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** An element of an instant vector. */
interface Sample {
  readonly value: readonly [seconds: number, value: string]
}

function createApi(url: string) {
  let known: readonly string[] | undefined
  async function get<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
    const response = await fetch(`${url}/${path}?${new URLSearchParams(parameters)}`)
    const body = (await response.json()) as { readonly data: Data; readonly error?: string }
    if (!response.ok) throw new Error(`${path} ${JSON.stringify(parameters)}: ${body.error}`)
    return body.data
  }
  return {
    url,
    /** Names of metrics that services told, asked once. */
    async metrics(): Promise<readonly string[]> {
      known ??= (await get<readonly string[]>('label/__name__/values')).filter((name) => name !== 'target_info')
      return known
    },
    async query(query: string, atMs: number): Promise<readonly Sample[]> {
      const { result } = await get<{ readonly result: readonly Sample[] }>('query', {
        query,
        time: String(atMs / 1000),
      })
      return result
    },
  }
}
