/**
 * The real Collector to compare with: OTELCOL=/path/to/binary, or `.peers/otelcol`, or built there with Go from its
 * published modules (about ten minutes the first time). Nothing of it becomes part of this project.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const VERSION = 'v0.155.0'
const CONFMAP = 'v1.61.0'
const CORE = 'go.opentelemetry.io/collector'
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib'

export interface RealCollector {
  readonly path: string
  readonly version: string
}

/** Undefined where neither a binary nor Go is present; says on standard error what it does. */
export function findCollector(): RealCollector | undefined {
  const given = process.env.OTELCOL
  const built = join(process.cwd(), '.peers', 'otelcol', 'otelcol')
  const path = given ?? (existsSync(built) ? built : build(built))
  if (path === undefined) return undefined
  return { path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() }
}

function build(target: string): string | undefined {
  if (spawnSync('go', ['version']).status !== 0) {
    process.stderr.write('skipped: no Collector to compare with (no Go here, OTELCOL not set)\n')
    return undefined
  }
  process.stderr.write(`building the Collector ${VERSION} with Go into .peers (about ten minutes the first time) …\n`)
  mkdirSync('.peers', { recursive: true })
  writeFileSync(join('.peers', 'builder.yaml'), builderConfiguration())
  const go = (args: readonly string[], cwd: string, env: Record<string, string> = {}): void => {
    execFileSync('go', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } })
  }
  go(['install', `${CORE}/cmd/builder@v0.164.0`], '.peers', { GOBIN: join(process.cwd(), '.peers', 'bin') })
  execFileSync('./bin/builder', ['--config', 'builder.yaml', '--skip-compilation', '--skip-get-modules'], {
    cwd: '.peers',
    stdio: 'ignore',
  })
  writeFileSync(join('.peers', 'otelcol', 'go.mod'), goMod())
  go(['build', '-mod=mod', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', 'otelcol', '.'], '.peers/otelcol')
  return target
}

const PARTS = {
  receivers: [`${CORE}/receiver/otlpreceiver ${VERSION}`],
  exporters: [
    `${CORE}/exporter/otlpexporter ${VERSION}`,
    `${CORE}/exporter/otlphttpexporter ${VERSION}`,
    `${CORE}/exporter/nopexporter ${VERSION}`,
    `${CORE}/exporter/debugexporter ${VERSION}`,
  ],
  extensions: [`${CONTRIB}/extension/healthcheckextension ${VERSION}`],
  providers: [
    `${CORE}/confmap/provider/envprovider ${CONFMAP}`,
    `${CORE}/confmap/provider/fileprovider ${CONFMAP}`,
    `${CORE}/confmap/provider/yamlprovider ${CONFMAP}`,
  ],
}

function builderConfiguration(): string {
  const section = ([name, modules]: [string, string[]]): string =>
    `${name}:\n${modules.map((module) => `  - gomod: ${module}`).join('\n')}`
  return [
    `dist: {name: otelcol, module: peers.local/otelcol, description: Collector to compare with, version: '${VERSION.slice(1)}', output_path: ./otelcol}`,
    ...Object.entries(PARTS).map(section),
    `telemetry: {gomod: ${CORE}/service ${VERSION}, import: ${CORE}/service/telemetry/otelconftelemetry}`,
    '',
  ].join('\n')
}

function goMod(): string {
  const modules = [
    ...new Set([...Object.values(PARTS).flat(), `${CORE}/otelcol ${VERSION}`, `${CORE}/service ${VERSION}`]),
  ]
  return `module peers.local/otelcol\n\ngo 1.26.0\n\nrequire (\n${modules.map((line) => `\t${line}`).join('\n')}\n)\n`
}
