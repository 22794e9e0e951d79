/**
 * Real leaks and real health, as recorded, against the engine that runs live. Where it is wrong, the table says so and
 * why: an entry that is no longer true fails as well.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine } from '../../../processor/leak_detector/engine/engine.ts'
import { engineDefaults } from '../../../processor/leak_detector/engine/settings.ts'
import {
  allSymptoms,
  culpritOf,
  type Finding,
  type FindingEvent,
  isBytes,
} from '../../../processor/leak_detector/finding/finding.ts'
import { sentence } from '../../../processor/leak_detector/finding/sentence.ts'
import { createFeed } from '../../../service/replay/feed.ts'
import type { Case, TrueLeak } from '../case.ts'
import { liveCases } from './cases.ts'

/** Units a call may be off by this share. */
const TOLERANCE = 0.25
/** Silence is what remains of a leak that is not found; the others are said of one that is. */
type Fault = 'not found' | 'taken back' | 'wrong service' | 'false alarm' | 'wrong caller' | 'per call off'

interface Known {
  readonly faults: readonly Fault[]
  /** Why, in a sentence. */
  readonly known: string
}

const YOUNG =
  'growth of a process of less than 16 hours is spoken of only when its limit is near (patienceMs); with a patience of 0'
const KNOWN: Readonly<Record<string, Known>> = {
  'node-operation': { faults: ['not found'], known: `${YOUNG} it is found, and mobile is blamed for a while` },
  'node-caller': { faults: ['not found'], known: `${YOUNG} it is not found either` },
  'node-native': { faults: ['not found'], known: `${YOUNG} it is found, and frontend is blamed for a while` },
  'python-memory': { faults: ['not found'], known: `${YOUNG} it is found, and mobile is blamed for a while` },
  'python-files': {
    faults: ['taken back'],
    known: 'found, then held to be a cache that has levelled off, though it goes on at an unchanged rate a call',
  },
  'java-heap': { faults: ['not found'], known: `${YOUNG} it is not found either` },
  'go-heap': { faults: ['not found'], known: `${YOUNG} it is not found either` },
}

function watch(run: Case): readonly FindingEvent[] {
  const feed = createFeed(createEngine(engineDefaults(run.stepMs)))
  const events = [...run.telemetry()].flatMap((request) => feed.line(request))
  return [...events, ...feed.end()]
}

function faultsOf(run: Case, events: readonly FindingEvent[]): readonly Fault[] {
  const live = events.filter(({ name }) => name === 'opened' || name === 'updated').map(({ finding }) => finding)
  const [leak] = run.leaks
  if (leak === undefined) return live.length > 0 ? ['false alarm'] : []
  const right = live.filter((finding) => finding.carrier.service === leak.service && shows(finding, leak))
  const last = events.findLast(({ finding }) => finding.carrier.service === leak.service)?.finding
  const faults: readonly (readonly [Fault, boolean])[] = [
    ['wrong service', live.some(({ carrier }) => carrier.service !== leak.service)],
    ['not found', right.length === 0],
    ['taken back', right.length > 0 && (last?.state === 'suppressed' || last?.state === 'resolved')],
    ['wrong caller', right.some((finding) => isWrongCaller(finding, leak))],
    ['per call off', right.length > 0 && Math.abs(errorOf(right.at(-1)!, leak)) > TOLERANCE],
  ]
  return faults.filter(([, holds]) => holds).map(([fault]) => fault)
}

function shows(finding: Finding, { resources }: TrueLeak): boolean {
  return allSymptoms(finding).some(({ resource }) => resources.includes(resource))
}

function isWrongCaller(finding: Finding, { culprit }: TrueLeak): boolean {
  const said = culpritOf(finding)?.caller
  return said !== undefined && said !== culprit?.caller
}

/** 0.1: a tenth too much; 0 when it abstains, or counts bytes where the truth counts items. */
function errorOf(finding: Finding, { resources, culprit }: TrueLeak): number {
  const said = culpritOf(finding)
  if (said === undefined || culprit === undefined || isBytes(said.measuredOn) !== isBytes(resources[0]!)) return 0
  return said.perCall.value / culprit.perCall - 1
}

for (const run of liveCases()) {
  const { faults, known } = KNOWN[run.id.slice('live/'.length)] ?? { faults: [], known: '' }
  const title = run.leaks.length === 0 ? 'nothing is said' : `the leak is found in ${run.leaks[0]!.service}`
  test(`[R5] ${run.id}: ${faults.length === 0 ? title : `known: ${faults.join(', ')}`}`, (t) => {
    const events = watch(run)
    if (known !== '') t.diagnostic(`${run.id}: ${known}`)
    for (const { name, finding } of events) t.diagnostic(`${name} ${sentence(finding)}`)
    const [leak] = run.leaks
    if (leak?.culprit !== undefined) t.diagnostic(`really ${Math.round(leak.culprit.perCall * 100) / 100} a call`)
    assert.deepEqual(faultsOf(run, events), faults)
  })
}

test('[R2] a recording tells nothing of where it was made', () => {
  for (const run of liveCases()) {
    for (const { bytes } of run.telemetry()) {
      const found = /process\.(executable|owner|command_line)|host\.id|\/(home|root|tmp|usr|work)\//.exec(
        Buffer.from(bytes).toString('latin1'),
      )
      assert.equal(found, null, `${run.id}: ${found?.[0]}`)
    }
  }
})

test('[R3] times are stretched and order is kept; the same telling each time', () => {
  for (const run of liveCases()) {
    const times = [...run.telemetry()].map(({ timeMs }) => timeMs)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert(times[0]! >= run.startMs && times.at(-1)! <= run.endMs && run.endMs - run.startMs > 120 * run.stepMs)
    assert.equal(times.length, [...run.telemetry()].length)
  }
})
