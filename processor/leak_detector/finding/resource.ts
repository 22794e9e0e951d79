import type { Resource } from '../../../proto/otlp.ts'
import type { Symptom } from './finding.ts'

/** Attributes that tell one instance from another. */
const INSTANCE_KEYS = new Set([
  'service.instance.id',
  'k8s.pod.name',
  'k8s.pod.uid',
  'k8s.pod.ip',
  'k8s.pod.hostname',
  'k8s.pod.start_time',
  'k8s.node.name',
  'k8s.node.uid',
  'k8s.container.restart_count',
  'container.id',
  'container.name',
  'faas.instance',
  'host.name',
  'host.id',
  'host.ip',
  'host.mac',
  'process.pid',
  'process.parent_pid',
  'process.vpid',
  'process.creation.time',
])

/** The suspect's own resource, as its telemetry gave it; without what is of one instance when several are affected. */
export function resourceOf({ resourceJson, verdict }: Pick<Symptom, 'resourceJson' | 'verdict'>): Resource {
  const resource = resourceJson === '' ? { attributes: [] } : (JSON.parse(resourceJson) as Resource)
  if (verdict.growth.affectedInstances.length <= 1) return resource
  return { ...resource, attributes: (resource.attributes ?? []).filter(({ key }) => !INSTANCE_KEYS.has(key)) }
}
