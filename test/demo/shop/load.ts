/**
 * Shoppers: traffic that changes every few seconds in amount, in what is asked for and in who asks, so that it can
 * be told which calls a leak goes with. The same seed makes the same phases.
 */

import { seededRandom } from '../seeded.ts'

interface Operation {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly body?: unknown
}

const { FRONTEND_URL: frontend, MOBILE_URL: mobile, SHOP_SEED } = process.env
const seed = Number(SHOP_SEED ?? 1)
/** For what one shopper does; each kind of shopper has another one for its phases. */
const random = seededRandom(seed)

const PHASE_MS = { least: 8_000, most: 12_000 }
/** Requests a second of each kind of shopper, chosen anew in each phase. */
const RATE = { least: 14, most: 40 }
/** In a phase, an operation is asked for up to so many times as often as usual, or as seldom. */
const STRAY = 10
const PRODUCTS = 480
const USERS = 300

void forever(webShopper, [0.7, 0.7, 3, 1, 1], seededRandom(seed + 1_000_003))
void forever(mobileShopper, [0.7, 0.7, 2.5, 2, 2], seededRandom(seed + 2_000_003))

/** @param usual how often each operation is asked for, one with another; a phase strays from it. */
async function forever(
  shopper: (mix: readonly number[]) => Operation,
  usual: readonly number[],
  phase: () => number,
): Promise<void> {
  const within = ({ least, most }: { readonly least: number; readonly most: number }) =>
    least + phase() * (most - least)
  for (;;) {
    const rate = within(RATE)
    const mix = usual.map((share) => share * STRAY ** (2 * phase() - 1))
    const end = Date.now() + within(PHASE_MS)
    while (Date.now() < end) {
      void send(shopper(mix))
      await sleep((-Math.log(1 - random()) / rate) * 1_000)
    }
  }
}

function webShopper(mix: readonly number[]): Operation {
  const user = `web-${whole(USERS)}`
  const operations: readonly Operation[] = [
    { method: 'GET', url: `${frontend}/` },
    { method: 'GET', url: `${frontend}/product/sku-${whole(PRODUCTS)}` },
    { method: 'POST', url: `${frontend}/basket`, body: { user, sku: `sku-${whole(PRODUCTS)}` } },
    { method: 'GET', url: `${frontend}/basket/${user}` },
    { method: 'POST', url: `${frontend}/checkout`, body: { user } },
  ]
  return operations[pick(mix)]!
}

function mobileShopper(mix: readonly number[]): Operation {
  const user = `app-${whole(USERS)}`
  const operations: readonly Operation[] = [
    { method: 'GET', url: `${mobile}/feed` },
    { method: 'GET', url: `${mobile}/item/sku-${whole(PRODUCTS)}` },
    { method: 'POST', url: `${mobile}/add`, body: { user, sku: `sku-${whole(PRODUCTS)}`, draft: draft() } },
    { method: 'GET', url: `${mobile}/bag/${user}` },
    { method: 'POST', url: `${mobile}/pay`, body: { user } },
  ]
  return operations[pick(mix)]!
}

/** What was looked at lately: some KiB of JSON. */
function draft(): unknown {
  return Array.from({ length: 120 + whole(180) }, () => ({
    sku: `sku-${whole(PRODUCTS)}`,
    seconds: random() * 60,
    note: `seen ${whole(1e9).toString(36)} ${whole(1e9).toString(36)}`,
  }))
}

async function send({ method, url, body }: Operation): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  try {
    const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    await answer.arrayBuffer()
  } catch {
    // A shopper who gets no answer goes away.
  }
}

function pick(mix: readonly number[]): number {
  let at = random() * mix.reduce((sum, share) => sum + share, 0)
  for (const [index, share] of mix.entries()) {
    at -= share
    if (at < 0) return index
  }
  return mix.length - 1
}

function whole(below: number): number {
  return Math.floor(random() * below)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
