/** The shop's payment service. Healthy: it makes garbage for each charge and remembers the last few of them. */

import { createHash, randomUUID } from 'node:crypto'
import { application, serve } from './serve.ts'

const RECENT_MAX = 50
const recent: { readonly id: string; readonly receipt: readonly string[] }[] = []

const app = application()

app.post('/charge', (request, response) => {
  const id = randomUUID()
  const receipt = Array.from({ length: 200 }, (_, i) => `${id} line ${i} of ${request.body.amount}`)
  const signature = createHash('sha256').update(receipt.join('\n')).digest('hex')
  recent.push({ id, receipt })
  if (recent.length > RECENT_MAX) recent.shift()
  response.json({ id, signature })
})

app.get('/charge/:id', (request, response) => {
  response.json({ known: recent.some((charge) => charge.id === request.params.id) })
})

serve(app)
