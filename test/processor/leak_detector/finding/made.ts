/** Suspicions and findings made up for tests: a cart that leaks, as in the contract's example. */
import type { Growth } from '../../../../processor/leak_detector/detect/evidence.ts'
import type { Finding, FindingEvent, Symptom } from '../../../../processor/leak_detector/finding/finding.ts'
import type { Ledger } from '../../../../processor/leak_detector/finding/ledger.ts'
import type { Suspicion } from '../../../../processor/leak_detector/finding/suspicion.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** 2026-11-24 12:00 UTC. */
export const NOON = Date.UTC(2026, 10, 24, 12)
/** 2026-11-24 09:41 UTC. */
export const ONSET = Date.UTC(2026, 10, 24, 9, 41)
export const MIB = 1 << 20

const RESOURCE = {
  attributes: [
    { key: 'k8s.container.name', value: { stringValue: 'cart' } },
    { key: 'k8s.deployment.name', value: { stringValue: 'cart' } },
    { key: 'k8s.namespace.name', value: { stringValue: 'shop' } },
    { key: 'service.name', value: { stringValue: 'cart' } },
    { key: 'service.namespace', value: { stringValue: 'shop' } },
    { key: 'service.version', value: { stringValue: '2.3.1' } },
    { key: 'telemetry.sdk.language', value: { stringValue: 'nodejs' } },
  ],
}

export function growth(over: Partial<Growth> = {}): Growth {
  return {
    rate: { value: (18 * MIB) / 3_600, low: (15 * MIB) / 3_600, high: (21 * MIB) / 3_600 },
    onsetMs: { value: ONSET, low: ONSET - 5 * MINUTE, high: ONSET + 5 * MINUTE },
    level: 400 * MIB,
    confidence: 0.93,
    affectedInstances: ['cart-1', 'cart-2', 'cart-3'],
    totalInstances: 3,
    exhaustionSeconds: { value: 6 * 3_600, low: 4 * 3_600, high: 9 * 3_600 },
    facts: [
      { type: 'trend', statement: 'the floor rises 18 MiB an hour', value: 5242.88123456, unit: 'By/s', weight: 0.7 },
    ],
    ...over,
  }
}

/** Growth that is a leak by every sign. */
export function suspect(over: Partial<Suspicion> = {}, grown: Partial<Growth> = {}): Symptom {
  return {
    atMs: NOON,
    cluster: 'prod',
    namespace: 'shop',
    service: 'cart',
    container: 'cart',
    resource: 'memory',
    sourceMetric: 'container.memory.working_set',
    unit: 'By',
    attribution: {
      kind: 'request_driven',
      culprit: { callerService: 'frontend', callerOperation: 'GET /checkout', operation: 'POST /cart' },
      perCall: { value: 412, low: 380, high: 440 },
      share: 0.78,
      facts: [{ type: 'regression', statement: '412 B stay behind per call', value: 412, unit: 'By', weight: 0.3 }],
    },
    limit: { value: 512 * MIB, source: 'container' },
    version: '2.3.1',
    previousVersion: '2.3.0',
    exhaustions: 0,
    role: 'source',
    propagationPath: [],
    exemplarTraceIds: ['4bf92f3577b34da6a3ce929d0e0e4736'],
    resourceJson: JSON.stringify(RESOURCE),
    ...over,
    verdict: { kind: 'growing', growth: growth(grown) },
  }
}

/** The same subject with another verdict. */
export function quiet(over: Partial<Suspicion> = {}): Suspicion {
  return { ...suspect(), verdict: { kind: 'quiet' }, ...over }
}

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    id: '0123456789abcdef-1',
    fingerprint: '0123456789abcdef',
    episode: 1,
    state: 'open',
    mode: 'enforce',
    severity: 13,
    verdict: 'predicted',
    kind: 'request_driven',
    atMs: NOON,
    grewMs: NOON,
    exhaustions: 0,
    carrier: suspect(),
    symptoms: [],
    reasons: [],
    policy: { id: 'builtin', revision: '1' },
    ...over,
  }
}

/** Steps the ledger `count` times, a minute apart, and gathers the events. `from` is the time of the first step. */
export function run(
  ledger: Ledger,
  from: number,
  count: number,
  suspicions: (atMs: number) => readonly Suspicion[],
): { readonly events: readonly FindingEvent[]; readonly next: number } {
  const events: FindingEvent[] = []
  for (let step = 0; step < count; step++) {
    const atMs = from + step * MINUTE
    events.push(
      ...ledger.step(
        suspicions(atMs).map((suspicion) => ({ ...suspicion, atMs })),
        atMs,
      ),
    )
  }
  return { events, next: from + count * MINUTE }
}

export function names(events: readonly FindingEvent[]): readonly string[] {
  return events.map(({ name, finding: { state, episode } }) => `${name} ${state} ${episode}`)
}
