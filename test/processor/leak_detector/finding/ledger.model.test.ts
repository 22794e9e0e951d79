/** The ledger against any history: what has to hold whatever detection says. Failing runs print their seed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Attribution } from '../../../../processor/leak_detector/attribute/attribution.ts'
import type { LeakResource } from '../../../../processor/leak_detector/detect/evidence.ts'
import type { FindingEvent } from '../../../../processor/leak_detector/finding/finding.ts'
import { createLedger, type Ledger } from '../../../../processor/leak_detector/finding/ledger.ts'
import { toJsonLines } from '../../../../processor/leak_detector/finding/log_records.ts'
import { toMetrics } from '../../../../processor/leak_detector/finding/metrics.ts'
import type { LedgerSettings } from '../../../../processor/leak_detector/finding/settings.ts'
import type { Suspicion } from '../../../../processor/leak_detector/finding/suspicion.ts'
import { MINUTE, NOON, quiet, suspect } from './made.ts'

const SETTINGS: Partial<LedgerSettings> = {
  suspectSteps: 1,
  openSteps: 2,
  culpritSteps: 1,
  suppressSteps: 2,
  resolveSteps: 2,
  goneSteps: 3,
  findingsMax: 5,
  tracksMax: 8,
}

/** So little room that the limits are met all the time. */
const TIGHT: Partial<LedgerSettings> = { ...SETTINGS, findingsMax: 2, tracksMax: 4 }

const ATTRIBUTIONS: readonly (Attribution | undefined)[] = [
  undefined,
  suspect().attribution,
  { kind: 'time_driven', facts: [] },
  { kind: 'unknown', remaining: [], tellApart: '', facts: [] },
]

const grown = fc
  .record({
    confidence: fc.constantFrom(0.3, 0.6, 0.9, 0.95),
    hoursLeft: fc.constantFrom(undefined, 0, 0.5, 6, 7, 30),
    affected: fc.integer({ min: 1, max: 3 }),
    attribution: fc.constantFrom(...ATTRIBUTIONS),
    exhaustions: fc.integer({ min: 0, max: 3 }),
    role: fc.constantFrom('source', 'source', 'source', 'carrier', 'victim'),
  })
  .map(({ confidence, hoursLeft, affected, attribution, exhaustions, role }) => {
    const left = hoursLeft === undefined ? undefined : hoursLeft * 3_600
    return suspect(
      { attribution, exhaustions, role: role as Suspicion['role'] },
      {
        confidence,
        affectedInstances: ['1', '2', '3'].slice(0, affected),
        exhaustionSeconds: left === undefined ? undefined : { value: left, low: left, high: left },
      },
    )
  })

const said: fc.Arbitrary<Suspicion | undefined> = fc.oneof(
  { weight: 6, arbitrary: grown },
  { weight: 2, arbitrary: fc.constant(quiet()) },
  { weight: 1, arbitrary: fc.constant(quiet({ version: '9', restartMs: NOON })) },
  { weight: 1, arbitrary: fc.constant(quiet({ verdict: { kind: 'warming', stepsSeen: 0, stepsNeeded: 1 } })) },
  {
    weight: 2,
    arbitrary: fc.constant(quiet({ verdict: { kind: 'explained', reasons: ['step'], rate: 1, facts: [] } })),
  },
  { weight: 1, arbitrary: fc.constant(undefined) },
)

const SUBJECTS = ['a', 'b', 'c'].flatMap((service) =>
  (['heap', 'memory', 'goroutine'] as const satisfies readonly LeakResource[]).map((resource) => ({
    service,
    resource,
  })),
)

/** For each step how long after the one before, and what is said of each subject. A few repeats make runs. */
const history = fc.array(
  fc.record({
    afterMs: fc.constantFrom(MINUTE, MINUTE, 5 * MINUTE, 12 * MINUTE, 26 * 60 * MINUTE),
    said: fc.array(said, { minLength: SUBJECTS.length, maxLength: SUBJECTS.length }),
    times: fc.integer({ min: 1, max: 6 }),
  }),
  { maxLength: 20 },
)
type History = typeof history extends fc.Arbitrary<infer T> ? T : never

interface Step {
  readonly atMs: number
  readonly suspicions: readonly Suspicion[]
}

function stepsOf(given: History): readonly Step[] {
  let now = NOON
  return given.flatMap(({ afterMs, said: row, times }) =>
    Array.from({ length: times }, () => {
      now += afterMs
      const suspicions = row.flatMap((suspicion, at) =>
        suspicion === undefined ? [] : [{ ...suspicion, ...SUBJECTS[at], atMs: now } as Suspicion],
      )
      return { atMs: now, suspicions }
    }),
  )
}

function play(ledger: Ledger, steps: readonly Step[]): readonly FindingEvent[] {
  return steps.flatMap(({ atMs, suspicions }) => ledger.step(suspicions, atMs))
}

test('[F1] [F6] [F7] every episode is opened once, updated at most every ten minutes, and ended or still live', () => {
  fc.assert(
    fc.property(
      history,
      fc.constantFrom<LedgerSettings['announceFrom']>('suspected', 'open'),
      (given, announceFrom) => {
        const ledger = createLedger({ ...SETTINGS, announceFrom, findingsMax: 100 })
        const open = new Map<string, FindingEvent>()
        const lastUpdateMs = new Map<string, number>()
        const episodes = new Map<string, number>()
        for (const { name, finding } of play(ledger, stepsOf(given))) {
          const { fingerprint, id, atMs, episode } = finding
          const before = open.get(fingerprint)
          if (name === 'opened') {
            assert.equal(before, undefined, 'two open findings of one fingerprint')
            assert.equal(episode, (episodes.get(fingerprint) ?? 0) + 1)
            assert.notEqual(finding.carrier.role, 'victim')
            episodes.set(fingerprint, episode)
          } else {
            assert.equal(before?.finding.id, id, `${name} of what is not open`)
            assert.ok(atMs > before!.finding.atMs)
          }
          if (name === 'updated') {
            assert.ok(atMs - (lastUpdateMs.get(id) ?? Number.NEGATIVE_INFINITY) >= 10 * MINUTE, 'updated too soon')
            lastUpdateMs.set(id, atMs)
          }
          if (name === 'opened' || name === 'updated') open.set(fingerprint, { name, finding })
          else open.delete(fingerprint)
        }
        const told = ledger.told().map(({ id }) => id)
        assert.deepEqual([...open.values()].map(({ finding }) => finding.id).toSorted(), told.toSorted())
      },
    ),
    { numRuns: 300 },
  )
})

test('[F15] the order of suspicions does not show', () => {
  fc.assert(
    fc.property(history, (given) => {
      const steps = stepsOf(given)
      const turned = steps.map(({ atMs, suspicions }) => ({ atMs, suspicions: suspicions.toReversed() }))
      assert.deepEqual(toJsonLines(play(createLedger(TIGHT), steps)), toJsonLines(play(createLedger(TIGHT), turned)))
    }),
    { numRuns: 100 },
  )
})

test('[F15] a ledger that is saved as JSON and opened again goes on as if nothing had been', () => {
  fc.assert(
    fc.property(history, fc.nat(), (given, cut) => {
      const steps = stepsOf(given)
      const at = cut % (steps.length + 1)
      const first = createLedger(SETTINGS)
      const before = play(first, steps.slice(0, at))
      const again = createLedger(SETTINGS, JSON.parse(JSON.stringify(first.save())))
      const all = [...before, ...play(again, steps.slice(at))]
      assert.deepEqual(toJsonLines(all), toJsonLines(play(createLedger(SETTINGS), steps)))
    }),
    { numRuns: 100 },
  )
})

test('[F16] limits hold, and what has been told is never dropped', () => {
  fc.assert(
    fc.property(history, (given) => {
      const ledger = createLedger(TIGHT)
      let told: readonly string[] = []
      for (const { atMs, suspicions } of stepsOf(given)) {
        const events = ledger.step(suspicions, atMs)
        const { live, past, tracks } = ledger.counts()
        assert.ok(
          live + past <= TIGHT.findingsMax! && tracks <= TIGHT.tracksMax!,
          `live ${live} past ${past} tracks ${tracks}`,
        )
        const ended = events.flatMap(({ name, finding }) =>
          name === 'resolved' || name === 'suppressed' ? finding.id : [],
        )
        const now = ledger.told().map(({ id }) => id)
        assert.deepEqual(
          told.filter((id) => !now.includes(id) && !ended.includes(id)),
          [],
        )
        told = now
      }
    }),
    { numRuns: 200 },
  )
})

test('[F12] every gauge that was sent is sent again or ended, once', () => {
  fc.assert(
    fc.property(history, (given) => {
      const ledger = createLedger(SETTINGS)
      let alive = new Set<string>()
      for (const { atMs, suspicions } of stepsOf(given)) {
        ledger.step(suspicions, atMs)
        const request = toMetrics(ledger, atMs, { nodes: [], edges: [] })
        const metrics = request.resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics ?? []
        const now = new Set<string>()
        for (const { name, gauge } of metrics) {
          for (const point of gauge?.dataPoints ?? []) {
            const key = `${name} ${JSON.stringify(point.attributes)}`
            if (point.flags === 1) assert.ok(alive.delete(key), 'ended what was not alive')
            else assert.ok(!now.has(key) && now.add(key), 'sent twice')
          }
        }
        assert.deepEqual(
          [...alive].filter((key) => !now.has(key)),
          [],
          'left alive',
        )
        alive = now
      }
    }),
    { numRuns: 100 },
  )
})
