import { templatePath } from '../../../proto/path.ts'
import { NAME_CHARS_MAX } from './identity.ts'

/** What a span says of the operation it stands for. '' where it says nothing. */
export interface OperationHints {
  readonly name: string
  readonly method: string
  readonly route: string
  /** A path with its ids already replaced. */
  readonly path: string
}

/**
 * The name of an operation, out of few: method and route; the span's name where that is a route, an rpc method or
 * anything else its author chose; method and templated path where the name is only a method.
 *
 * @example operationOf({ name: 'POST', method: 'POST', route: '', path: '/cart/:id' }) // => 'POST /cart/:id'
 * @example operationOf({ name: '/shop.Cart/Add', method: '', route: '', path: '' }) // => 'shop.Cart/Add'
 */
export function operationOf({ name, method, route, path }: OperationHints): string {
  if (route !== '' && method !== '') return cut(`${method} ${route}`)
  if (method !== '' && path !== '' && isBareMethod(name, method)) return cut(`${method} ${path}`)
  if (RPC.test(name)) return cut(name.replace(/^\//, ''))
  return cut(name.replace(PATH_IN_NAME, (raw) => templatePath(raw)))
}

/** What stands for all names beyond a limit. */
export const OTHER = '_other'

/** `/package.Service/Method` or the same without the slash in front. */
const RPC = /^\/?[\w.]+\/\w+$/
const PATH_IN_NAME = /\/\S*/

function isBareMethod(name: string, method: string): boolean {
  return name === method || name === `HTTP ${method}` || name === ''
}

function cut(text: string): string {
  return text.slice(0, NAME_CHARS_MAX)
}
