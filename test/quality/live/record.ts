/**
 * `node test/quality/live/record.ts [name…]`: runs a real shop for each plan, one after the other, and keeps what its
 * services send and what the cart really kept. Without names: all of them.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { createChildren } from '../../demo/children.ts'
import { openSink } from '../../demo/sink.ts'
import { withoutLeaves } from './leaves.ts'
import { startLiveShop } from './live_shop.ts'
import { PLANS, type Plan, RECORD_S } from './plan.ts'
import { type Told, writeRecording } from './recording.ts'
import { scrub, servicesIn } from './scrub.ts'
import { prepare } from './toolchains.ts'

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !PLANS.some((plan) => plan.name === name))
if (unknown.length > 0) {
  say(`no such recording: ${unknown.join(', ')}; there are ${PLANS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
for (const plan of PLANS) if (asked.length === 0 || asked.includes(plan.name)) await record(plan)
process.exit()

async function record(plan: Plan): Promise<void> {
  const foreign = plan.runtime === 'node' ? undefined : prepare(plan.runtime)
  if (typeof foreign === 'string') {
    say(`${plan.name}: skipped, ${foreign}`)
    process.exitCode = 1
    return
  }
  const lines: string[] = []
  const services = new Set<string>()
  const children = createChildren((name, status) => say(`${plan.name}: ${name} ended unexpectedly (${status})`))
  const sink = await openSink((signal, bytes) => {
    const line = scrub(signal, bytes)
    if (line === undefined) return
    lines.push(line)
    for (const service of servicesIn(signal, bytes)) services.add(service)
  })
  const startMs = Date.now()
  say(`${plan.name}: ${plan.about}`)
  const shop = await startLiveShop(plan, foreign, children, sink.url, (service, line) => say(`  ${service}: ${line}`))
  try {
    await sleep(RECORD_S * 1_000)
    const endMs = Date.now()
    const kept = lines.length
    const truth = await shop.truth()
    const told: Told = { name: plan.name, startMs, endMs, services: [...services].toSorted(), truth }
    const size = writeRecording(told, withoutLeaves(lines.slice(0, kept)))
    say(`${plan.name}: ${kept} requests, ${Math.round(size / 1024)} KiB, ${JSON.stringify(truth)}`)
  } finally {
    shop.end()
    await children.end()
    sink.close()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
