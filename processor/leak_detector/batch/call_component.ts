/**
 * A server's duration histogram counts its calls, one stream for each set of attributes. Streams of one operation are
 * added up only after each was turned from running totals into differences, so they must stay apart until then: the
 * component of such a row says the operation, what is measured, and which stream.
 */

import type { Attributes } from '../../../proto/columns.ts'
import { templatePath } from '../../../proto/path.ts'
import { operationOf } from './operation.ts'

/** Calls, or the sum of their durations in microseconds. */
export type CallMeasure = 'calls' | 'us'

/** What a component of a duration histogram says. */
export interface CallComponent {
  readonly operation: string
  readonly measure: CallMeasure
}

const SEPARATOR = '\u001f'

/** @example callComponent('POST /cart', 'calls', new Map()) // => 'POST /cart\u001fcalls\u001f811c9dc5' */
export function callComponent(operation: string, measure: CallMeasure, stream: Attributes): string {
  return [operation, measure, hashOf(stream)].join(SEPARATOR)
}

/** Reads what `callComponent` wrote. */
export function parseCallComponent(text: string): CallComponent {
  const [operation = '', measure] = text.split(SEPARATOR)
  return { operation, measure: measure === 'us' ? 'us' : 'calls' }
}

/** The operation that a point of a server's duration histogram counts, named as its spans are. */
export function calledOperation(point: Attributes): string {
  const rpcMethod = point.get('rpc.method')
  if (rpcMethod !== undefined) {
    const service = point.get('rpc.service')
    return operationOf({
      name: service === undefined ? rpcMethod : `${service}/${rpcMethod}`,
      method: '',
      route: '',
      path: '',
    })
  }
  const method = point.get('http.request.method') ?? point.get('http.method') ?? ''
  const route = point.get('http.route') ?? ''
  const target = point.get('http.target') ?? ''
  return operationOf({ name: method, method, route, path: target === '' ? '' : templatePath(target) })
}

/** FNV-1a over the sorted attributes, eight hex digits. */
function hashOf(attributes: Attributes): string {
  let hash = 0x811c9dc5
  for (const key of [...attributes.keys()].toSorted()) {
    const text = `${key}=${attributes.get(key)};`
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
