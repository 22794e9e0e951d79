import type { Component, Consumer, ExporterFactory, Settings } from '../../component/component.ts'
import type { LogFields, LogLevel } from '../../component/env.ts'
import { itemCounter } from '../../component/item_counter.ts'
import { accepted } from '../../component/outcome.ts'
import type { Signal } from '../../component/payload.ts'
import type { LogRecord } from '../../proto/otlp.ts'
import { type DebugConfig, debugConfig } from './config.ts'
import { findingCard } from './finding_card.ts'
import { type Output, openOutput } from './output.ts'
import { type Report, reportOf } from './report.ts'
import { createSampler } from './sampler.ts'
import { textOf } from './values.ts'

/** How the Collector heads what it prints of a signal. */
const HEADINGS: Readonly<Record<Signal, string>> = { traces: 'Traces', metrics: 'Metrics', logs: 'Logs' }

/** Prints what comes in, for people; findings so that they are a pleasure to read. */
export const debugExporter: ExporterFactory<DebugConfig> = {
  kind: 'exporter',
  type: 'debug',
  stability: { traces: 'development', metrics: 'development', logs: 'development' },
  config: debugConfig,
  create: createDebug,
}

function createDebug(settings: Settings, signal: Signal, config: DebugConfig): Component & Consumer {
  const { env, id } = settings
  const countSent = itemCounter(env.meter, 'otelcol_exporter_sent', signal, { exporter: id })
  const isShown = createSampler(config.sampling_initial, config.sampling_thereafter)
  let outputs: readonly Output[] = []

  return {
    async start() {
      if (!config.use_internal_logger) outputs = await Promise.all(config.output_paths.map(openOutput))
    },
    async shutdown() {
      await Promise.all(outputs.map((output) => output.close()))
      outputs = []
    },
    async consume(payload) {
      countSent(payload.items)
      const report = reportOf(payload, config.verbosity)
      const shown = isShown(env.clock.nowMs()) ? report : { ...report, totals: {}, lines: [] }
      if (config.use_internal_logger) log(settings, signal, shown)
      else await Promise.all(outputs.map((output) => print(output, signal, shown, config.verbosity)))
      return accepted
    },
  }
}

/** Findings are never left out by sampling: they are rare, and they are what one waits for. */
function log({ env }: Settings, signal: Signal, { totals, lines, findings }: Report): void {
  if (Object.keys(totals).length > 0) env.log.info(HEADINGS[signal], totals)
  if (lines.length > 0) env.log.info(lines.join('\n'))
  for (const finding of findings) env.log[levelOf(finding)](textOf(finding.body), fieldsOf(finding))
}

/** By OpenTelemetry's severity numbers: from 13 a warning, from 17 an error. */
function levelOf({ severityNumber = 0 }: LogRecord): LogLevel {
  if (severityNumber >= 17) return 'error'
  return severityNumber >= 13 ? 'warn' : 'info'
}

function fieldsOf({ attributes }: LogRecord): LogFields {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, textOf(value)]))
}

async function print(
  output: Output,
  signal: Signal,
  report: Report,
  verbosity: DebugConfig['verbosity'],
): Promise<void> {
  const { palette } = output
  const { totals, lines, findings } = report
  const sums = Object.entries(totals).map(([name, count]) => `${count} ${name}`)
  const onlyFindings = lines.length === 0 && findings.length > 0
  const texts = [
    ...(sums.length > 0 && !onlyFindings ? [palette.dim(`${HEADINGS[signal]}: ${sums.join(', ')}`)] : []),
    ...lines,
    ...findings.map((finding) => findingCard(finding, palette, verbosity === 'detailed')),
  ]
  if (texts.length > 0) await output.write(`${texts.join('\n')}\n`)
}
