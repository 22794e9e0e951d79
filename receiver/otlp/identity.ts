/**
 * Who sent this request? Only the resources are read, and only while a finding has something to say to somebody, so this
 * may take its time. The bytes have been checked before.
 *
 * The field numbers are the same for all three signals: request.resource_* = 1, its resource = 1, its attributes = 1.
 */

import type { ServiceIdentity } from '../../component/advice.ts'
import { eachField, readAttributes } from '../../proto/attributes.ts'
import type { Attributes } from '../../proto/columns.ts'

/** An instance of a service whose telemetry is in a request. */
export interface Sender {
  readonly service: ServiceIdentity
  /** What tells the instances of the service apart; '' when nothing does. */
  readonly instance: string
}

/** Senders whose requests carry more resources than this are relays: the rest is not asked for. */
const RESOURCES_MAX = 100

/** The services whose telemetry this checked request carries, in their order; repeated ones once for each resource. */
export function senders(request: Uint8Array): readonly Sender[] {
  const found: Sender[] = []
  eachField(request, 0, request.length, (number, entryStart, entryEnd) => {
    if (number !== 1 || found.length >= RESOURCES_MAX) return
    eachField(request, entryStart, entryEnd, (inner, start, end) => {
      if (inner !== 1) return
      const attributes = readAttributes(request, start, end, 1)
      const name = attributes.get('service.name')
      if (name === undefined) return
      const service = { namespace: attributes.get('service.namespace') ?? '', name }
      found.push({ service, instance: instanceOf(attributes) })
    })
  })
  return found
}

/** SDKs of Go send no `service.instance.id` unless told: then the pod, or the host and the process. */
function instanceOf(attributes: Attributes): string {
  const own = attributes.get('service.instance.id') ?? attributes.get('k8s.pod.uid') ?? attributes.get('k8s.pod.name')
  return own ?? [attributes.get('host.name'), attributes.get('process.pid')].filter((part) => part).join('/')
}
