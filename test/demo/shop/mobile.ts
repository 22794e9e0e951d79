/** What the mobile app talks to. Healthy; but what it sends to the cart, the cart keeps. */

import { application, call, serve } from './serve.ts'

const { CART_URL: cart, CATALOG_URL: catalog, PAYMENT_URL: payment } = process.env

const app = application()

app.get('/feed', async (_request, response) => {
  response.json({ products: await call('GET', `${catalog}/products`) })
})

app.get('/item/:sku', async (request, response) => {
  response.json(await call('GET', `${catalog}/products/${request.params.sku}`))
})

app.post('/add', async (request, response) => {
  const { user, sku, draft } = request.body
  response.json(await call('POST', `${cart}/cart`, { user, sku, quantity: 1, draft }))
})

app.get('/bag/:user', async (request, response) => {
  response.json(await call('GET', `${cart}/cart/${request.params.user}`))
})

app.post('/pay', async (request, response) => {
  const { user } = request.body
  await call('GET', `${cart}/cart/${user}`)
  response.json(await call('POST', `${payment}/charge`, { user, amount: 17 }))
})

serve(app)
