/** The shop's catalog. It caches product pages, a bounded number of them: its heap grows, then levels off. */

import { application, serve } from './serve.ts'

interface Product {
  readonly sku: string
  readonly title: string
  readonly price: number
  readonly page: string
}

const CACHE_MAX = 300
const cache = new Map<string, Product>()

const app = application()

app.get('/products', (_request, response) => {
  response.json(Array.from({ length: 24 }, (_, i) => ({ sku: `sku-${i}`, price: price(i) })))
})

app.get('/products/:sku', (request, response) => {
  const { sku } = request.params
  const product = cache.get(sku) ?? render(sku)
  cache.delete(sku)
  if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value!)
  cache.set(sku, product)
  response.json({ sku: product.sku, title: product.title, price: product.price })
})

/** Stands for the costly work that makes the cache worth while: about 16 KiB of heap. */
function render(sku: string): Product {
  const number = Number(sku.slice(4))
  const parts = Array.from(
    { length: 500 },
    (_, i) => `<li>${sku} detail ${i}: ${(number * 7919 + i * 104729) % 99991}</li>`,
  )
  return {
    sku,
    title: `Product ${number}`,
    price: price(number),
    page: Buffer.from(parts.join('\n')).toString('latin1'),
  }
}

function price(number: number): number {
  return 1 + ((number * 37) % 200) / 2
}

serve(app)
