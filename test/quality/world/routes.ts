import { type EncodedAttributes, encodeAttributes } from './encode.ts'

const routes = new Map<string, EncodedAttributes>()

/** `POST /cart` as the attributes of a histogram's point. */
export function routeAttributes(operation: string): EncodedAttributes {
  let bytes = routes.get(operation)
  if (bytes === undefined) {
    const [method, route] = operation.split(' ') as [string, string]
    bytes = encodeAttributes(9, [
      ['http.request.method', method],
      ['http.route', route],
    ])
    routes.set(operation, bytes)
  }
  return bytes
}
