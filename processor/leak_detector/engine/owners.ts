/**
 * Whose memory is it? Kubelet speaks of pods and containers and knows no service; SDKs speak of services and may know
 * their pod. What kubelet says of a container belongs to the service instance that lives in it; where none does, the
 * workload's name stands in, so that what is not instrumented is watched too.
 */

import type { Instance, Service } from './entities.ts'
import type { EngineState } from './state.ts'

/** One running copy with everything that is said of it by whoever. */
export interface Owner {
  /** The instance that speaks for the copy. */
  readonly instance: Instance
  readonly namespace: string
  readonly service: string
  readonly container: string
  /** All instances that tell of it, the speaker first. */
  readonly parts: readonly Instance[]
}

/** Every running copy, each instance in exactly one of them. */
export function ownersOf({ entities }: EngineState): readonly Owner[] {
  const told = new Map<string, Instance[]>()
  const byPod = new Map<string, Instance[]>()
  for (const instance of entities.eachInstance()) {
    if (instance.pod === '') continue
    push(instance.service < 0 ? told : byPod, instance.pod, instance)
  }
  const parts = new Map<number, Instance[]>()
  const alone: Instance[] = []
  for (const [pod, instances] of told) {
    const containers = new Set(instances.map(({ container }) => container).filter((name) => name !== ''))
    for (const instance of instances) {
      const owner = inhabitant(byPod.get(pod) ?? [], instance.container, containers.size)
      if (owner === undefined) alone.push(instance)
      else push(parts, owner.id, instance)
    }
  }
  const owners: Owner[] = []
  for (const instance of entities.eachInstance()) {
    if (instance.service < 0) continue
    owners.push(ownerFrom(instance, parts.get(instance.id) ?? [], entities.service(instance.service)))
  }
  return [...owners, ...alone.map(uninstrumented)]
}

function push<Key>(map: Map<Key, Instance[]>, key: Key, instance: Instance): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [instance])
  else known.push(instance)
}

/** The service instance that lives in a container: the one heard last, when several lived there in turn. */
function inhabitant(instances: readonly Instance[], container: string, containers: number): Instance | undefined {
  const fitting = instances.filter((instance) => {
    if (container === '') return containers <= 1
    return instance.container === container || (instance.container === '' && containers === 1)
  })
  return fitting.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs || (a.text < b.text ? -1 : 1))[0]
}

function ownerFrom(instance: Instance, parts: readonly Instance[], service: Service): Owner {
  const container =
    instance.container === '' ? (parts.find((part) => part.container !== '')?.container ?? '') : instance.container
  return { instance, namespace: service.namespace, service: service.name, container, parts: [instance, ...parts] }
}

const WORKLOAD_KEYS = [
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.job.name',
  'k8s.replicaset.name',
] as const

function uninstrumented(instance: Instance): Owner {
  const resource = attributesOf(instance.resourceJson)
  const workload = WORKLOAD_KEYS.map((key) => resource.get(key)).find((name) => name !== undefined)
  const service = workload ?? withoutHash(resource.get('k8s.pod.name') ?? '') ?? instance.container
  return { instance, namespace: '', service, container: instance.container, parts: [instance] }
}

/** `cart-5f6585d649-fnmft` is a pod of `cart`. */
function withoutHash(pod: string): string | undefined {
  return pod === '' ? undefined : pod.replace(/(-[0-9a-f]{6,10})?-([0-9a-z]{5}|\d+)$/, '')
}

interface ResourceJson {
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

/** The attributes of a resource that `identityOf` wrote. */
export function attributesOf(resourceJson: string): ReadonlyMap<string, string> {
  const { attributes = [] } = JSON.parse(resourceJson) as ResourceJson
  return new Map(attributes.map(({ key, value }) => [key, value.stringValue ?? '']))
}
