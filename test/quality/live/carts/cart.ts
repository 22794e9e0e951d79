/**
 * The cart of the demo's shop once more, with one of several ways to keep what it should let go of, or to look as if it
 * did. Which one, `CART_MODE` says. It counts what it really kept, and knows nothing of telemetry.
 */

import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { application, serve } from '../../../demo/shop/serve.ts'

interface Line {
  readonly sku: string
  readonly quantity: number
}

interface Quote {
  readonly id: string
  readonly prices: readonly number[]
}

interface Call {
  readonly user: string
  readonly client: string
  readonly draft: unknown
  readonly quote: Quote
}

const CARTS_MAX = 400
const LINES_MAX = 20
/** Quotes that are kept for a moment, each with so many prices: about 16 KiB. */
const QUOTES_MAX = 40
const PRICES = 2_000
const IMAGE_BYTES = 32_768
const TIMER_MS = 3_600_000
/** The cache holds a quote for so many users at most; the shop has 600. */
const CACHE_MAX = 600
/** Tables of about 64 KiB that the warm-up reads in, one after the other. */
const TABLES = 160
const TABLE_MS = 250
const TABLE_PRICES = 8_000

const { CART_MODE: mode = 'healthy', CART_ONSET_S: onset = '0' } = process.env
const onsetMs = Date.now() + Number(onset) * 1_000

const carts = new Map<string, Line[]>()
/** The latest quotes: honest garbage, gone within seconds. */
const quotes: Quote[] = []
const cache = new Map<string, Quote>()
const tables: (readonly number[])[] = []
/** What a leak keeps; a socket or a timer is kept by the process itself as well. */
let kept: unknown[] = []
let calls = 0
let firstMs: number | undefined

/** What a `POST /cart` leaves behind, by mode; undefined: nothing. */
const LEAVES: Readonly<Record<string, (call: Call) => unknown>> = {
  operation: ({ quote }) => ({ at: Date.now(), quote }),
  caller: ({ client, draft }) => (client === 'mobile' ? { at: Date.now(), draft } : undefined),
  native: () => Buffer.alloc(IMAGE_BYTES, 'x'),
  sockets: () => createSocket('udp4').bind(0, '127.0.0.1'),
  timers: ({ user }) => setInterval(() => carts.delete(user), TIMER_MS),
}

const app = application()

app.post('/cart', (request, response) => {
  const { user, sku, quantity, draft } = request.body
  const lines = carts.get(user) ?? []
  carts.delete(user)
  if (carts.size >= CARTS_MAX) carts.delete(carts.keys().next().value!)
  carts.set(user, [...lines, { sku, quantity }].slice(-LINES_MAX))
  const quote = quoteFor(user)
  leave({ user, client: request.get('x-client') ?? '', draft, quote })
  response.json(answer(user, quote))
})

app.get('/cart/:user', (request, response) => {
  const { user } = request.params
  response.json(answer(user, quoteFor(user)))
})

app.delete('/cart/:user', (request, response) => {
  response.json({ removed: carts.delete(request.params.user) })
})

function quoteFor(user: string): Quote {
  const lines = carts.get(user) ?? []
  const prices = Array.from({ length: PRICES }, (_, pieces) => (lines.length + 0.5) * pieces ** 0.9)
  const quote = { id: randomUUID(), prices }
  quotes.push(quote)
  if (quotes.length > QUOTES_MAX) quotes.shift()
  if (mode === 'cache' && Date.now() >= onsetMs) remember(user, quote)
  return quote
}

function remember(user: string, quote: Quote): void {
  cache.delete(user)
  if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value!)
  cache.set(user, quote)
}

function answer(user: string, { id, prices }: Quote): object {
  const lines = carts.get(user) ?? []
  return { id, lines, price: prices[lines.length] }
}

function leave(call: Call): void {
  if (Date.now() < onsetMs) return
  const left = LEAVES[mode]?.(call)
  if (left === undefined) return
  kept.push(left)
  calls += 1
  firstMs ??= Date.now()
}

if (mode === 'warmup') {
  const loading = setInterval(() => {
    tables.push(Array.from({ length: TABLE_PRICES }, (_, i) => tables.length + i ** 0.5))
    if (tables.length >= TABLES) clearInterval(loading)
  }, TABLE_MS)
}

/** What was really kept: lets go of it and looks how much less the process holds without. */
process.on('message', (message) => {
  if (message !== 'truth') return
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const before = heldAfter(collect)
  const items = kept.length
  if (mode === 'sockets') for (const socket of kept) (socket as Socket).close()
  if (mode === 'timers') for (const timer of kept) clearInterval(timer as NodeJS.Timeout)
  kept = []
  setTimeout(() => process.send?.({ truth: { calls, items, bytes: before - heldAfter(collect), firstMs } }), SETTLE_MS)
})

/** Sockets close a moment after they were asked to. */
const SETTLE_MS = 500

function heldAfter(collect: () => void): number {
  for (let i = 0; i < 4; i++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

serve(app)
