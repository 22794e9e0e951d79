/** leakmesh itself as a detector of the benchmark: the bytes go in as a replay's do. */
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import type { EngineSettings } from '../../processor/leak_detector/engine/settings.ts'
import {
  bestAttributed,
  confidenceOf,
  culpritOf,
  type Finding,
  kindOf,
  nearestLimit,
  timeLeft,
} from '../../processor/leak_detector/finding/finding.ts'
import { createFeed } from '../../service/replay/feed.ts'
import type { Case, Detector, SaidCulprit, Statement } from './case.ts'

/** What stands is written down anew this often, milliseconds of event time, beside every event. */
const EVERY_MS = 1_800_000

/** The product with its defaults, or with some of it changed. */
export function leakmesh(name = 'leakmesh', settings: Partial<EngineSettings> = {}): Detector {
  return { name, watch: (run) => watch(run, settings) }
}

function watch(run: Case, settings: Partial<EngineSettings>): Statement[] {
  const engine = createEngine({ stepMs: run.stepMs, ...settings })
  const feed = createFeed(engine)
  const said: Statement[] = []
  let nextMs = run.startMs + EVERY_MS
  for (const request of run.telemetry()) {
    for (const { finding } of feed.line(request)) push(said, finding)
    if (engine.heardMs < nextMs) continue
    nextMs = engine.heardMs + EVERY_MS
    for (const finding of engine.ledger.told()) push(said, finding)
  }
  for (const { finding } of feed.end()) push(said, finding)
  return said
}

function push(said: Statement[], finding: Finding): void {
  if (finding.state !== 'suspected') said.push(statementOf(finding))
}

function statementOf(finding: Finding): Statement {
  const { carrier, state, id, atMs } = finding
  const { growth } = carrier.verdict
  const left = timeLeft(nearestLimit(finding))
  const at = (seconds: number) => atMs + seconds * 1000
  const culprit = saidCulprit(finding)
  return {
    leak: id,
    atMs,
    service: carrier.service,
    resource: carrier.resource,
    state: state === 'resolved' || state === 'suppressed' ? 'ended' : 'alarm',
    confidence: confidenceOf(finding),
    severity: finding.severity + confidenceOf(finding),
    onsetMs: growth.onsetMs,
    perSecond: growth.rate,
    kind: kindOf(finding),
    ...(left !== undefined && { exhaustMs: { value: at(left.value), low: at(left.low), high: at(left.high) } }),
    ...(culprit !== undefined && { culprit }),
  }
}

function saidCulprit(finding: Finding): SaidCulprit | undefined {
  const { attribution } = bestAttributed(finding)
  const culprit = culpritOf(finding)
  switch (attribution?.kind) {
    case undefined:
      return undefined
    case 'time_driven':
      return { kind: 'time' }
    case 'unknown':
      return { kind: 'abstained', remaining: attribution.remaining.map(candidateText) }
    case 'operation_only':
      return {
        kind: 'operation',
        operation: culprit!.operation,
        perCall: culprit!.perCall,
        remaining: attribution.remaining.map(candidateText),
      }
    case 'request_driven':
      return { kind: 'caller', caller: culprit!.caller ?? '', operation: culprit!.operation, perCall: culprit!.perCall }
  }
}

function candidateText({ callerService, operation }: { callerService: string; operation: string }): string {
  return `${callerService} ${operation}`
}
