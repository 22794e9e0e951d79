/** What web shoppers talk to. Healthy. */

import { application, call, serve } from './serve.ts'

const { CART_URL: cart, CATALOG_URL: catalog, PAYMENT_URL: payment } = process.env

const app = application()

app.get('/', async (_request, response) => {
  response.json({ products: await call('GET', `${catalog}/products`) })
})

app.get('/product/:sku', async (request, response) => {
  response.json(await call('GET', `${catalog}/products/${request.params.sku}`))
})

app.post('/basket', async (request, response) => {
  const { user, sku } = request.body
  await call('GET', `${catalog}/products/${sku}`)
  response.json(await call('POST', `${cart}/cart`, { user, sku, quantity: 1 }))
})

app.get('/basket/:user', async (request, response) => {
  response.json(await call('GET', `${cart}/cart/${request.params.user}`))
})

app.post('/checkout', async (request, response) => {
  const { user } = request.body
  await call('GET', `${cart}/cart/${user}`)
  const receipt = await call('POST', `${payment}/charge`, { user, amount: 42 })
  await call('DELETE', `${cart}/cart/${user}`)
  response.json(receipt)
})

serve(app)
