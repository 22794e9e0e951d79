/** Real leaks and real health, as recorded, against the engine that runs live. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine } from '../../../processor/leak_detector/engine/engine.ts'
import { engineDefaults } from '../../../processor/leak_detector/engine/settings.ts'
import { allSymptoms, culpritOf, type FindingEvent } from '../../../processor/leak_detector/finding/finding.ts'
import { sentence } from '../../../processor/leak_detector/finding/sentence.ts'
import { createFeed } from '../../../service/replay/feed.ts'
import type { Case } from '../case.ts'
import { liveCases } from './cases.ts'

function watch(run: Case): readonly FindingEvent[] {
  const feed = createFeed(createEngine(engineDefaults(run.stepMs)))
  const events = [...run.telemetry()].flatMap((request) => feed.line(request))
  return [...events, ...feed.end()]
}

for (const run of liveCases()) {
  test(run.id, (t) => {
    for (const { name, finding } of watch(run))
      t.diagnostic(`${new Date(finding.atMs).toISOString()} ${name} ${finding.carrier.resource} ${sentence(finding)}`)
  })
}
