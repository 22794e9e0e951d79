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

const PHASE_MS = { least: 4_000, most: 6_000 }
/** Requests a second of each kind of shopper, chosen anew in each phase. */
const RATE = { least: 18, most: 36 }
/** In each phase one operation is asked for so many times as often as each other. */
const FAVOUR = 10
const PRODUCTS = 480
const USERS = 300

/** Which operation has its turn, and how often in a round; the order within a round is left to chance. */
const TURNS = [1, 2, 2, 3, 4]
void forever(webShopper, seededRandom(seed + 1_000_003))
void forever(mobileShopper, seededRandom(seed + 2_000_003))

/** Draws one phase after the other from `phase`, so that they do not depend on what happens within them. */
async function forever(shopper: (mix: readonly number[]) => Operation, phase: () => number): Promise<void> {
  const within = ({ least, most }: { readonly least: number; readonly most: number }) =>
    least + phase() * (most - least)
  let round: number[] = []
  for (;;) {
    if (round.length === 0) round = [...TURNS]
    const [favourite] = round.splice(Math.floor(phase() * round.length), 1)
    const rate = within(RATE)
    const mix = [0, 1, 2, 3, 4].map((operation) => (operation === favourite ? FAVOUR : 1))
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
  return Array.from({ length: 160 + whole(240) }, () => ({
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
