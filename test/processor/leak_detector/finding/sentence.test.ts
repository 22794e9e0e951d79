import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attribution } from '../../../../processor/leak_detector/attribute/attribution.ts'
import type { Finding } from '../../../../processor/leak_detector/finding/finding.ts'
import { sentence } from '../../../../processor/leak_detector/finding/sentence.ts'
import { finding, HOUR, MIB, MINUTE, NOON, suspect } from './made.ts'

const candidate = (callerService: string, operation = 'POST /cart') => ({
  callerService,
  callerOperation: '',
  operation,
})
const perCall = { value: 412, low: 380, high: 440 }
const attributed = (attribution: Attribution | undefined) => finding({ carrier: suspect({ attribution }) })
const goroutines = suspect(
  { resource: 'goroutine', sourceMetric: 'go.goroutine.count', unit: '{goroutine}', limit: undefined },
  { rate: { value: 0.2, low: 0.1, high: 0.3 }, exhaustionSeconds: undefined, level: 9_000 },
)

const GOLDEN: readonly (readonly [string, Finding, string])[] = [
  [
    'the example of the contract',
    finding(),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); 78 % tied to POST /cart called by frontend (412 B kept per call); 3 of 3 instances.',
  ],
  [
    'a call from outside, one instance, no roll-out',
    finding({
      carrier: suspect(
        {
          previousVersion: undefined,
          attribution: { kind: 'request_driven', culprit: candidate(''), perCall, share: 0.996, facts: [] },
        },
        { affectedInstances: ['a'], totalInstances: 1 },
      ),
    }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC; limit reached in about 6 h (4–9 h); 99 % tied to POST /cart called from outside (412 B kept per call); its only instance.',
  ],
  [
    'callers not told apart',
    attributed({
      kind: 'operation_only',
      operation: 'POST /cart',
      perCall,
      share: 0.7,
      remaining: [candidate('frontend'), candidate('mobile'), candidate('mobile'), candidate('a'), candidate('')],
      tellApart: 'a change in the mix of callers',
      facts: [],
    }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); 70 % tied to POST /cart (412 B kept per call), callers not told apart: frontend, mobile, a or 1 more; 3 of 3 instances.',
  ],
  [
    'time driven',
    attributed({ kind: 'time_driven', facts: [] }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); grows with time, not with calls; 3 of 3 instances.',
  ],
  [
    'operations not told apart',
    attributed({ kind: 'unknown', remaining: [candidate('a'), candidate('a', 'GET /cart')], tellApart: '', facts: [] }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); cause not told apart: POST /cart or GET /cart; 3 of 3 instances.',
  ],
  [
    'nothing to tie it to',
    attributed({ kind: 'unknown', remaining: [], tellApart: '', facts: [] }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); not tied to any call; 3 of 3 instances.',
  ],
  [
    'not attributed yet, begun the day before',
    finding({
      carrier: suspect(
        { attribution: undefined },
        { onsetMs: { value: NOON - 20 * HOUR, low: NOON - 21 * HOUR, high: NOON - 19 * HOUR } },
      ),
    }),
    'cart: memory leaks about 18 MiB/h since 2026-11-23 16:00 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); 3 of 3 instances.',
  ],
  [
    'no limit known',
    finding({ carrier: suspect({ limit: undefined, previousVersion: undefined }, { exhaustionSeconds: undefined }) }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC; no limit known; 78 % tied to POST /cart called by frontend (412 B kept per call); 3 of 3 instances.',
  ],
  [
    'a limit, but no forecast',
    finding({ carrier: suspect({ previousVersion: undefined }, { exhaustionSeconds: undefined }) }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC; time left not known yet; 78 % tied to POST /cart called by frontend (412 B kept per call); 3 of 3 instances.',
  ],
  [
    'items',
    finding({
      carrier: {
        ...goroutines,
        attribution: {
          kind: 'request_driven',
          culprit: candidate('frontend'),
          perCall: { value: 0.25, low: 0.2, high: 0.3 },
          share: 0.9,
          facts: [],
        },
      },
    }),
    'cart: goroutines leak about 12/min since 09:41 UTC (deploy 2.3.1); no limit known; 90 % tied to POST /cart called by frontend (0.25 goroutines kept per call); 3 of 3 instances.',
  ],
  [
    'items whose memory meets its limit',
    finding({ carrier: { ...goroutines, attribution: { kind: 'time_driven', facts: [] } }, symptoms: [suspect()] }),
    'cart: goroutines leak about 12/min since 09:41 UTC (deploy 2.3.1); limit of memory reached in about 6 h (4–9 h); 78 % tied to POST /cart called by frontend (412 B kept per call); 3 of 3 instances.',
  ],
  [
    'suspected',
    finding({ state: 'suspected', severity: 9, carrier: suspect({ attribution: undefined, resource: 'heap' }) }),
    'cart: heap memory may be leaking about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); 3 of 3 instances.',
  ],
  [
    'critical and detected',
    finding({
      state: 'critical',
      severity: 21,
      exhaustions: 2,
      carrier: suspect({ attribution: undefined }, { exhaustionSeconds: { value: 0, low: 0, high: 0 } }),
    }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit hit 2 times since; limit reached; 3 of 3 instances.',
  ],
  [
    'an open interval',
    finding({
      carrier: suspect(
        { attribution: undefined },
        { exhaustionSeconds: { value: 2_400, low: 60, high: Number.POSITIVE_INFINITY } },
      ),
    }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 40 min (60 s or more); 3 of 3 instances.',
  ],
  [
    'it spreads',
    finding({ carrier: suspect({ attribution: undefined, propagationPath: ['cart', 'frontend', 'edge'] }) }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); spreads to frontend, edge; 3 of 3 instances.',
  ],
  [
    'it is passed on',
    finding({
      kind: 'propagated',
      carrier: suspect({ attribution: undefined, role: 'carrier', propagationPath: ['db', 'cart', 'edge'] }),
    }),
    'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); passed on from db; 3 of 3 instances.',
  ],
  [
    'resolved: growth stopped',
    finding({ state: 'resolved', severity: 9, resolution: 'growth_stopped', grewMs: NOON - 30 * MINUTE }),
    'cart: memory leak resolved: no growth for 30 min; it leaked about 18 MiB/h since 09:41 UTC (deploy 2.3.1).',
  ],
  [
    'resolved: fixed',
    finding({ state: 'resolved', resolution: 'fixed_by_version', fixedBy: '2.3.2', grewMs: NOON - 2 * HOUR }),
    'cart: memory leak resolved: version 2.3.2 has not grown for 2 h; it leaked about 18 MiB/h since 09:41 UTC (deploy 2.3.1).',
  ],
  [
    'resolved: restarted',
    finding({ state: 'resolved', resolution: 'restarted', grewMs: NOON - 2 * HOUR, carrier: goroutines }),
    'cart: goroutine leak resolved: restarted, and no growth for 2 h; it leaked about 12/min since 09:41 UTC (deploy 2.3.1).',
  ],
  [
    'resolved: gone',
    finding({ state: 'resolved', resolution: 'no_data', grewMs: NOON - 49 * HOUR }),
    'cart: memory leak resolved: no data for 2 days; it leaked about 18 MiB/h since 09:41 UTC (deploy 2.3.1).',
  ],
  [
    'suppressed',
    finding({
      state: 'suppressed',
      reasons: ['cache_plateau', 'load_growth'],
      carrier: suspect({ previousVersion: undefined }, { rate: { value: MIB / 3_600, low: 0, high: MIB } }),
    }),
    'cart: memory growth of about 1 MiB/h since 09:41 UTC is no leak: a cache that has levelled off, it follows the load.',
  ],
  [
    'suppressed: a victim',
    finding({
      state: 'suppressed',
      reasons: ['explained_by_upstream'],
      carrier: suspect({ previousVersion: undefined, role: 'victim', propagationPath: ['db', 'cart'] }),
    }),
    'cart: memory growth of about 18 MiB/h since 09:41 UTC is no leak: it is caused by another service (db).',
  ],
]

for (const [what, given, expected] of GOLDEN) {
  test(`[F8] sentence: ${what}`, () => assert.equal(sentence(given), expected))
}

test('[F8] sentence: one line, whatever the names are', () => {
  const { carrier } = finding()
  assert.ok(
    sentence(finding({ carrier: { ...carrier, service: 'a\n2026 FATAL b\u001b[31m' } })).startsWith(
      'a 2026 FATAL b [31m: ',
    ),
  )
})
