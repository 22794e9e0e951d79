/**
 * Who sent it? A series belongs to one life of one copy of a service, and only the resource's attributes tell which.
 * Some senders say it outright (`service.instance.id`), some leave it to be put together from pod, host and process,
 * and kubelet speaks of a container without knowing what service runs in it.
 */

import type { Attributes } from '../../../proto/columns.ts'

/** What the columns of `InstanceRows` say of one resource. */
export interface Identity {
  readonly namespace: string
  readonly service: string
  readonly instance: string
  readonly version: string
  readonly runtime: string
  readonly pod: string
  readonly container: string
  readonly resourceJson: string
  readonly startMs: number
}

/** The product's own name: what it says of itself never enters its own graph or tensor. */
export const OWN_SERVICE = 'leakmesh'
export const UNKNOWN_SERVICE = 'unknown_service'
/** Longer names are cut: a name is not a place to keep data. */
export const NAME_CHARS_MAX = 256
const RESOURCE_VALUE_CHARS_MAX = 1024
const RESOURCE_KEYS_MAX = 64

/**
 * The identity that a resource states; undefined for the product's own.
 *
 * @example identityOf(new Map([['service.name', 'cart'], ['host.name', 'a'], ['process.pid', '7']]))?.instance // => 'a:7'
 */
export function identityOf(resource: Attributes): Identity | undefined {
  const service = serviceOf(resource)
  if (service === OWN_SERVICE) return undefined
  const pod = podOf(resource)
  const container = cut(resource.get('k8s.container.name'))
  return {
    namespace: cut(resource.get('service.namespace')),
    service,
    instance: instanceOf(resource, pod, container),
    version: cut(resource.get('service.version')),
    runtime: runtimeOf(resource),
    pod,
    container,
    resourceJson: resourceJson(resource),
    startMs: timeOf(resource.get('process.creation.time')),
  }
}

function serviceOf(resource: Attributes): string {
  const name = cut(resource.get('service.name'))
  if (name !== '') return name
  if (podOf(resource) !== '') return ''
  const executable = cut(resource.get('process.executable.name'))
  return executable === '' ? UNKNOWN_SERVICE : `${UNKNOWN_SERVICE}:${executable}`
}

function podOf(resource: Attributes): string {
  const uid = cut(resource.get('k8s.pod.uid'))
  if (uid !== '') return uid
  const name = cut(resource.get('k8s.pod.name'))
  return name === '' ? '' : `${cut(resource.get('k8s.namespace.name'))}/${name}`
}

function instanceOf(resource: Attributes, pod: string, container: string): string {
  const stated = cut(resource.get('service.instance.id'))
  if (stated !== '') return stated
  if (pod !== '') {
    const restarts = resource.get('k8s.container.restart_count')
    return [pod, container, ...(restarts === undefined ? [] : [restarts])].filter((part) => part !== '').join('/')
  }
  const host = cut(resource.get('container.id') ?? resource.get('host.name') ?? resource.get('host.id'))
  const pid = resource.get('process.pid')
  return [host, ...(pid === undefined ? [] : [pid])].filter((part) => part !== '').join(':')
}

function runtimeOf(resource: Attributes): string {
  const language = resource.get('telemetry.sdk.language')
  if (language !== undefined) return cut(language)
  const name = cut(resource.get('process.runtime.name')).toLowerCase()
  if (name.includes('node')) return 'nodejs'
  if (name.includes('jdk') || name.includes('java')) return 'java'
  if (name === 'cpython' || name === 'pypy') return 'python'
  return name
}

function resourceJson(resource: Attributes): string {
  const keys = [...resource.keys()].toSorted().slice(0, RESOURCE_KEYS_MAX)
  const attributes = keys.map((key) => ({
    key,
    value: { stringValue: (resource.get(key) ?? '').slice(0, RESOURCE_VALUE_CHARS_MAX) },
  }))
  return JSON.stringify({ attributes })
}

function timeOf(text: string | undefined): number {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? 0 : ms
}

function cut(text: string | undefined): string {
  return (text ?? '').slice(0, NAME_CHARS_MAX)
}
