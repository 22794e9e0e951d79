/**
 * What it costs, in tables: CPU time and memory of the parts and of the whole, with the bars that are set for them.
 *
 *   npm run bench [-- --smoke] [--full] [--rounds N] [--only wire|replay|engine|graph|cost|start] [--svg FILE]
 *
 * `--smoke` takes about a minute and says only that everything still runs; its figures are not worth comparing.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { pathOf } from './child.ts'
import { benchCost } from './cost.ts'
import { benchEngine } from './engine.ts'
import { benchGraph } from './graph.ts'
import type { Size } from './part.ts'
import { benchReplay } from './replay.ts'
import { benchStart } from './start.ts'

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    svg: { type: 'string' },
  },
})
const size: Size = {
  rounds: flags.smoke ? 1 : Number(flags.rounds),
  smoke: flags.smoke,
  full: flags.full,
  ...(flags.svg !== undefined && { svg: flags.svg }),
}

const PARTS: Readonly<Record<string, (size: Size) => unknown>> = {
  wire: benchWire,
  replay: benchReplay,
  engine: benchEngine,
  graph: benchGraph,
  cost: benchCost,
  start: benchStart,
}

const chosen = Object.entries(PARTS).filter(([name]) => flags.only === '' || flags.only === name)
if (chosen.length === 0) {
  process.stderr.write(`Error: --only ${flags.only}: not one of ${Object.keys(PARTS).join(', ')}\n`)
  process.exit(1)
}
const rounds = size.rounds === 1 ? 'one round' : `${size.rounds} rounds`
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ` +
    `Node ${process.version} on ${process.platform}-${process.arch}, ${rounds}: median (least–most)\n`,
)
for (const [, bench] of chosen) await bench(size)

/** In a process of its own, for it can be run alone. */
function benchWire({ rounds, smoke }: Size): void {
  const args = [pathOf('test/bench/wire.ts'), '--rounds', String(rounds), ...(smoke ? ['--smoke'] : [])]
  execFileSync(process.execPath, args, { stdio: 'inherit' })
}
