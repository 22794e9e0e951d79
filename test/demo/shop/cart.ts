/**
 * The shop's cart. It leaks: so that a mobile app which loses its connection can go on where it was, every
 * `POST /cart` from `mobile` leaves a draft behind, and nothing ever takes drafts away. Web shoppers leave none.
 */

import { randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { application, serve } from './serve.ts'

interface Line {
  readonly sku: string
  readonly quantity: number
}

const CARTS_MAX = 400
const LINES_MAX = 20
/** Quotes that are kept for a moment, each with so many prices: about 16 KiB. */
const QUOTES_MAX = 40
const PRICES = 2_000
const leaks = process.env.SHOP_LEAK !== 'off'

const carts = new Map<string, Line[]>()
const drafts = new Map<string, { readonly at: number; readonly draft: unknown }>()
/** The latest quotes: honest garbage, gone within seconds. */
const quotes: { readonly id: string; readonly prices: readonly number[] }[] = []
let kept = 0

const app = application()

app.post('/cart', (request, response) => {
  const { user, sku, quantity, draft } = request.body
  const lines = carts.get(user) ?? []
  carts.delete(user)
  if (carts.size >= CARTS_MAX) carts.delete(carts.keys().next().value!)
  carts.set(user, [...lines, { sku, quantity }].slice(-LINES_MAX))
  if (leaks && request.get('x-client') === 'mobile') {
    drafts.set(randomUUID(), { at: Date.now(), draft })
    kept += 1
  }
  response.json(answer(user))
})

app.get('/cart/:user', (request, response) => {
  response.json(answer(request.params.user))
})

app.delete('/cart/:user', (request, response) => {
  response.json({ removed: carts.delete(request.params.user) })
})

function answer(user: string): object {
  const lines = carts.get(user) ?? []
  const id = randomUUID()
  const prices = Array.from({ length: PRICES }, (_, pieces) => (lines.length + 0.5) * pieces ** 0.9)
  quotes.push({ id, prices })
  if (quotes.length > QUOTES_MAX) quotes.shift()
  return { id, lines, price: prices[lines.length] }
}

/** What was really kept: lets go of the drafts and looks how much smaller the heap is without them. */
process.on('message', (message) => {
  if (message !== 'truth') return
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const before = heapAfter(collect)
  drafts.clear()
  process.send?.({ truth: { calls: kept, bytes: before - heapAfter(collect) } })
})

function heapAfter(collect: () => void): number {
  for (let i = 0; i < 4; i++) collect()
  return process.memoryUsage().heapUsed
}

serve(app)
