/** Services and their running copies, as the engine knows them. Numbers are those of rosters, names are texts. */

import type { Identity } from '../batch/identity.ts'
import { createRoster, type Roster } from '../batch/roster.ts'
import type { LimitSource, ResourceName } from '../tensor/resources.ts'
import { commandLineLimit } from './limits.ts'
import type { EngineSettings } from './settings.ts'

/** What a node of the graph is. */
export type ServiceKind = 'service' | 'database' | 'messaging' | 'virtual'

/** A node of the graph. */
export interface Service {
  readonly id: number
  readonly namespace: string
  readonly name: string
  readonly kind: ServiceKind
  readonly instances: Set<number>
  /** Versions in order of their first sight. */
  readonly versions: { readonly version: string; readonly firstSeenMs: number }[]
  /** First step in which somebody was seen calling it; NaN before. */
  firstCallStep: number
}

/** A limit of a resource, in its unit, and who told it. */
export interface Limit {
  readonly value: number
  readonly source: LimitSource
}

/** A running copy, or what somebody else tells of one. */
export interface Instance {
  readonly id: number
  /** -1: what kubelet tells of a pod whose service is not known yet; see `owners`. */
  readonly service: number
  readonly text: string
  readonly pod: string
  readonly container: string
  version: string
  runtime: string
  resourceJson: string
  startMs: number
  firstSeenMs: number
  lastSeenMs: number
  /** Steps at which another life or version begins. */
  readonly cuts: number[]
  readonly deploys: number[]
  readonly limits: Map<ResourceName, Limit>
  /** Newest restart count; NaN unknown. */
  restarts: number
  /** Series of this instance, by number. */
  readonly series: Set<number>
}

/** All services and instances. */
export interface Entities {
  readonly services: Roster<string>
  readonly instances: Roster<string>
  service(id: number): Service
  instance(id: number): Instance
  /** The service of that name, made when new; -1 when there is no room. */
  admitService(namespace: string, name: string, kind: ServiceKind, step: number): number
  admitInstance(row: InstanceRow, step: number): number
  eachService(): Iterable<Service>
  eachInstance(): Iterable<Instance>
  /** Grows whenever who belongs to whom may have changed. */
  readonly changes: number
}

/** One row of a batch's instances. */
export interface InstanceRow extends Identity {
  readonly firstSeenMs: number
  readonly lastSeenMs: number
}

/** Cuts remembered of one instance: the oldest are beyond every ring. */
const CUTS_MAX = 64
const VERSIONS_MAX = 32
/** Steps after which what was not seen may be displaced: a day at the default step. */
export const IDLE_STEPS = 1_440

/** @param leave told of an instance that is gone, while it can still be read. */
export function createEntities(settings: EngineSettings, leave: (instance: Instance) => void): Entities {
  const services: Service[] = []
  const instances: Instance[] = []
  let changes = 0
  const serviceRoster = createRoster<string>({ max: settings.servicesMax, idleSteps: IDLE_STEPS }, (id) => {
    for (const instance of services[id]!.instances) instanceRoster.remove(instance)
  })
  const instanceRoster = createRoster<string>({ max: settings.instancesMax, idleSteps: IDLE_STEPS }, (id) => {
    const instance = instances[id]!
    leave(instance)
    if (instance.service >= 0) services[instance.service]!.instances.delete(id)
    changes += 1
  })

  function admitService(namespace: string, name: string, kind: ServiceKind, step: number): number {
    const size = serviceRoster.size
    const id = serviceRoster.admit(`${kind === 'service' ? '' : kind}\u0000${namespace}\u0000${name}`, step)
    const isNew = id >= 0 && (serviceRoster.size > size || services[id] === undefined || services[id].name !== name)
    if (isNew) {
      services[id] = { id, namespace, name, kind, instances: new Set(), versions: [], firstCallStep: Number.NaN }
    }
    return id
  }

  function admitInstance(row: InstanceRow, step: number): number {
    const service = row.service === '' ? -1 : admitService(row.namespace, row.service, 'service', step)
    if (row.service !== '' && service < 0) return -1
    const key = `${service}\u0000${row.instance}\u0000${row.pod}\u0000${row.container}`
    const isKnown = instanceRoster.find(key) >= 0
    const id = instanceRoster.admit(key, step)
    if (id < 0) return -1
    if (service >= 0) noteVersion(services[service]!, row)
    if (isKnown) {
      changes += update(instances[id]!, row, step)
      return id
    }
    changes += 1
    instances[id] = instanceFrom(id, service, row)
    if (service >= 0) services[service]!.instances.add(id)
    return id
  }

  function* live<Entry>(all: readonly Entry[], roster: Roster<string>): Iterable<Entry> {
    for (let id = 0; id < all.length; id++) if (roster.keyOf(id) !== undefined) yield all[id]!
  }

  return {
    services: serviceRoster,
    instances: instanceRoster,
    service: (id) => services[id]!,
    instance: (id) => instances[id]!,
    admitService,
    admitInstance,
    eachService: () => live(services, serviceRoster),
    eachInstance: () => live(instances, instanceRoster),
    get changes() {
      return changes
    },
  }
}

function instanceFrom(id: number, service: number, row: InstanceRow): Instance {
  const instance: Instance = {
    id,
    service,
    text: row.instance,
    pod: row.pod,
    container: row.container,
    version: row.version,
    runtime: row.runtime,
    resourceJson: row.resourceJson,
    startMs: row.startMs,
    firstSeenMs: row.firstSeenMs,
    lastSeenMs: row.lastSeenMs,
    cuts: [],
    deploys: [],
    limits: new Map(),
    restarts: Number.NaN,
    series: new Set(),
  }
  noteLimit(instance, row)
  return instance
}

/**
 * The newest row speaks for the instance, of two of the same time the one that says more; what differs from before may
 * be the start of another life.
 */
function update(instance: Instance, row: InstanceRow, step: number): number {
  instance.firstSeenMs = Math.min(instance.firstSeenMs, row.firstSeenMs)
  const isOther = row.resourceJson !== instance.resourceJson
  if (isOther) noteLimit(instance, row)
  if (row.lastSeenMs < instance.lastSeenMs || (row.lastSeenMs === instance.lastSeenMs && !saysMore(row, instance)))
    return 0
  instance.lastSeenMs = row.lastSeenMs
  if (!isOther) return 0
  if (row.version !== instance.version && row.version !== '') {
    if (instance.version !== '') addCut(instance.deploys, step)
    instance.version = row.version
  }
  if (row.startMs > instance.startMs) {
    if (instance.startMs > 0) addCut(instance.cuts, step)
    instance.startMs = row.startMs
  }
  instance.resourceJson = row.resourceJson
  if (row.runtime !== '') instance.runtime = row.runtime
  return 1
}

function saysMore({ resourceJson }: InstanceRow, known: Instance): boolean {
  const longer = resourceJson.length - known.resourceJson.length
  return longer > 0 || (longer === 0 && resourceJson > known.resourceJson)
}

function noteLimit(instance: Instance, { resourceJson }: InstanceRow): void {
  const stated = commandLineLimit(resourceJson)
  if (stated !== undefined) instance.limits.set('heap', stated)
}

/** Remembers a step at which a new life begins, once. */
export function addCut(cuts: number[], step: number): void {
  if (cuts.includes(step)) return
  cuts.push(step)
  cuts.sort((a, b) => a - b)
  if (cuts.length > CUTS_MAX) cuts.shift()
}

function noteVersion(service: Service, { version, firstSeenMs }: InstanceRow): void {
  if (version === '' || service.versions.some((known) => known.version === version)) return
  service.versions.push({ version, firstSeenMs })
  service.versions.sort((a, b) => a.firstSeenMs - b.firstSeenMs)
  if (service.versions.length > VERSIONS_MAX) service.versions.shift()
}
