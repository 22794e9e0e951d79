/**
 * Who sent this request? Only the resources are read, and only while a finding has something to say to somebody, so this
 * may take its time. The bytes have been checked before; what does not read as expected here is left out.
 *
 * The field numbers are the same for all three signals: request.resource_* = 1, its resource = 1, its attributes = 1.
 */

import type { ServiceIdentity } from '../../component/advice.ts'

export interface Sender {
  readonly service: ServiceIdentity
  /** What tells the instances of the service apart; '' when nothing does. */
  readonly instance: string
}

/** Senders whose requests carry more resources than this are relays: the rest is not asked for. */
const RESOURCES_MAX = 100

/** The services whose telemetry this request carries, in their order; repeated ones once for each resource. */
export function* senders(request: Uint8Array): Generator<Sender> {
  let seen = 0
  for (const entry of messages(request, 1)) {
    for (const resource of messages(entry, 1)) {
      if (seen++ >= RESOURCES_MAX) return
      const attributes = textAttributes(resource)
      const name = attributes.get('service.name')
      if (name === undefined) continue
      yield {
        service: { namespace: attributes.get('service.namespace') ?? '', name },
        instance: instanceOf(attributes),
      }
    }
  }
}

/** SDKs of Go send no `service.instance.id` unless told: then the pod, or the host and the process. */
function instanceOf(attributes: ReadonlyMap<string, string>): string {
  const own = attributes.get('service.instance.id') ?? attributes.get('k8s.pod.uid') ?? attributes.get('k8s.pod.name')
  return own ?? [attributes.get('host.name'), attributes.get('process.pid')].filter((part) => part).join('/')
}

/** Attributes whose values are text (AnyValue.string_value = 1) or whole numbers (int_value = 3). */
function textAttributes(resource: Uint8Array): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const attribute of messages(resource, 1)) {
    const key = text(messages(attribute, 1).next().value)
    const value = messages(attribute, 2).next().value
    if (key === undefined || value === undefined) continue
    const string = text(messages(value, 1).next().value) ?? numberText(value)
    if (string !== undefined) attributes.set(key, string)
  }
  return attributes
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

function numberText(anyValue: Uint8Array): string | undefined {
  if (anyValue[0] !== 3 << 3) return undefined
  return String(varint(anyValue, 1)?.value)
}

/** The length-delimited fields of this number; ends early where the bytes are not a message. */
function* messages(bytes: Uint8Array, wanted: number): Generator<Uint8Array, undefined> {
  let at = 0
  while (at < bytes.length) {
    const tag = varint(bytes, at)
    if (tag === undefined) return
    const start = tag.end
    const wireType = tag.value % 8
    const size = wireType === 2 ? varint(bytes, start) : { value: 0, end: afterScalar(bytes, start, wireType) }
    if (size === undefined || size.end + size.value > bytes.length) return
    if (wireType === 2 && (tag.value - 2) / 8 === wanted) yield bytes.subarray(size.end, size.end + size.value)
    at = size.end + size.value
  }
}

function afterScalar(bytes: Uint8Array, at: number, wireType: number): number {
  if (wireType === 1) return at + 8
  if (wireType === 5) return at + 4
  return (wireType === 0 ? varint(bytes, at)?.end : undefined) ?? Number.POSITIVE_INFINITY
}

function varint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  let scale = 1
  for (let at = from; at < from + 10 && at < bytes.length; at++) {
    value += (bytes[at]! & 0x7f) * scale
    if (bytes[at]! < 0x80) return { value, end: at + 1 }
    scale *= 0x80
  }
  return undefined
}
