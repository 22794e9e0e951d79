/**
 * What to do now, ready to paste: see that it is true, look inside the process, look at a request that leaves
 * something behind, undo the roll-out. Names are filled in from the suspect's own resource; where one is not known a
 * word in capitals says what to fill in.
 */
import type { Resource } from '../../../proto/otlp.ts'
import type { LeakResource } from '../detect/evidence.ts'
import { culpritOf, exemplarsOf, type Finding, isBytes, type Symptom } from './finding.ts'
import { prometheusName } from './names.ts'
import { resourceOf } from './resource.ts'

/** Most helpful first. */
export function nextSteps(finding: Finding): readonly string[] {
  const { carrier } = finding
  const place = placeOf(resourceOf(carrier))
  const inside = (INSPECT[place.runtime] ?? INSPECT_ANY)(place, carrier.resource)
  const steps = [query(carrier), ...inside, ...request(finding), ...rollback(carrier, place)]
  // What is pasted is one line, whatever the names in it are.
  return steps.map((step) => step.replaceAll(/\p{Cc}+/gu, ' '))
}

/** Where the process runs and what it is. */
interface Place {
  readonly runtime: string
  readonly pid: string
  /** `kubectl -n shop`, '' outside Kubernetes. */
  readonly kubectl: string
  /** `pod/cart-1` or `deploy/cart`: what kubectl takes for the process. */
  readonly target: string
  /** `kubectl … exec deploy/cart -- `, '' outside Kubernetes. */
  readonly exec: string
  readonly deployment: string
}

function placeOf(resource: Resource): Place {
  const values = new Map(
    (resource.attributes ?? []).map(({ key, value }) => [key, String(value?.stringValue ?? value?.intValue ?? '')]),
  )
  const get = (key: string) => quoted(values.get(key) ?? '')
  const deployment = get('k8s.deployment.name')
  const pod = get('k8s.pod.name')
  const set = get('k8s.statefulset.name') || get('k8s.daemonset.name')
  const kind = get('k8s.statefulset.name') === '' ? 'daemonset' : 'statefulset'
  const target = pod || (deployment && `deploy/${deployment}`) || (set && `${kind}/${set}`)
  const namespace = get('k8s.namespace.name')
  const container = get('k8s.container.name')
  const kubectl = target === '' ? '' : `kubectl${namespace && ` -n ${namespace}`}`
  const exec = target === '' ? '' : `${kubectl} exec ${target}${container && ` -c ${container}`} -- `
  // In a container the process is nearly always the first one; the pid that an SDK reports is that of the container.
  const pid = get('process.pid') || (target === '' ? 'PID' : '1')
  return { runtime: get('telemetry.sdk.language'), pid, kubectl, target, exec, deployment }
}

/** Names come from strangers' telemetry and are pasted into shells. */
function quoted(text: string): string {
  return text === '' || /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function query({ service, namespace, sourceMetric, unit }: Symptom): string {
  const name = prometheusName({ name: sourceMetric, instrument: 'gauge', unit })
  const job = JSON.stringify(namespace === '' ? service : `${namespace}/${service}`)
  return `min_over_time(${name}{job=${job}}[10m])  # PromQL: the floor`
}

function request(finding: Finding): readonly string[] {
  const [traceId] = exemplarsOf(finding)
  if (traceId === undefined) return []
  const culprit = culpritOf(finding)
  return [
    `${traceId}  # trace of a request${culprit === undefined ? '' : ` ${culprit.operation}`}: in Jaeger, /trace/${traceId}`,
  ]
}

function rollback({ previousVersion }: Symptom, { kubectl, deployment }: Place): readonly string[] {
  if (previousVersion === undefined) return []
  if (deployment === '') return [`Roll back to version ${previousVersion}`]
  return [`${kubectl} rollout undo deployment/${deployment}  # back to ${previousVersion}`]
}

type Inspect = (place: Place, resource: LeakResource) => readonly string[]

const INSPECT: Readonly<Record<string, Inspect>> = { nodejs: inspectNode, java, go, python, dotnet }
const INSPECT_ANY: Inspect = ({ exec, pid }, resource) => [
  isBytes(resource) ? mapOf(exec, pid) : countOf(exec, pid, resource),
]

/** SIGUSR1 is always safe; SIGUSR2 ends a process that was not started for it, and the step says so. */
function inspectNode({ exec, pid, kubectl, target }: Place, resource: LeakResource): readonly string[] {
  if (!isBytes(resource)) return [countOf(exec, pid, resource), onSignal(exec, pid, '--report-on-signal')]
  const forward = target === '' ? [] : [`${kubectl} port-forward ${target} 9229`]
  const inspector = [
    `${exec}kill -USR1 ${pid}  # opens the inspector on 127.0.0.1:9229 without a restart`,
    ...forward,
    'chrome://inspect  # two heap snapshots, minutes apart, then compare',
  ]
  if (resource === 'native') return [mapOf(exec, pid), onSignal(exec, pid, '--report-on-signal')]
  return [...inspector, onSignal(exec, pid, '--heapsnapshot-signal=SIGUSR2')]
}

function onSignal(exec: string, pid: string, flag: string): string {
  return `${exec}kill -USR2 ${pid}  # only if started with node ${flag}: else it ends the process`
}

function java({ exec, pid }: Place, resource: LeakResource): readonly string[] {
  if (resource === 'thread') return [`${exec}jcmd ${pid} Thread.print`]
  if (resource === 'heap') {
    return [
      `${exec}jmap -histo:live ${pid} | head -30  # twice, minutes apart: which class grows`,
      `${exec}jcmd ${pid} GC.heap_dump /tmp/leak.hprof`,
    ]
  }
  if (!isBytes(resource)) return [countOf(exec, pid, resource)]
  return [
    `${exec}jcmd ${pid} VM.native_memory summary  # needs -XX:NativeMemoryTracking=summary`,
    `${exec}jcmd ${pid} GC.heap_info`,
  ]
}

function go({ kubectl, target, exec, pid }: Place, resource: LeakResource): readonly string[] {
  const forward =
    target === '' ? [] : [`${kubectl} port-forward ${target} 6060  # net/http/pprof; its port may be another`]
  const profile = resource === 'goroutine' || resource === 'thread' || resource === 'connection' ? 'goroutine' : 'heap'
  const steps = [...forward, `go tool pprof -top http://localhost:6060/debug/pprof/${profile}`]
  return resource === 'fd' || resource === 'handle' ? [countOf(exec, pid, resource), ...steps] : steps
}

function python({ exec, pid }: Place, resource: LeakResource): readonly string[] {
  if (!isBytes(resource)) return [`${exec}py-spy dump --pid ${pid}`, countOf(exec, pid, resource)]
  return [
    `${exec}memray attach ${pid}  # live allocations, needs memray and gdb or lldb`,
    'python -X tracemalloc=10 APP  # then tracemalloc.take_snapshot() twice and compare_to()',
  ]
}

function dotnet({ exec, pid }: Place, resource: LeakResource): readonly string[] {
  if (!isBytes(resource)) return [`${exec}dotnet-stack report -p ${pid}`, countOf(exec, pid, resource)]
  return [`${exec}dotnet-gcdump collect -p ${pid}  # twice, minutes apart, then compare`]
}

function mapOf(exec: string, pid: string): string {
  return `${exec}sh -c 'grep -E "^(Rss|Pss_Anon|Private_Dirty)" /proc/${pid}/smaps_rollup'`
}

function countOf(exec: string, pid: string, resource: LeakResource): string {
  if (resource === 'thread' || resource === 'goroutine') return `${exec}ls /proc/${pid}/task | wc -l`
  if (resource === 'connection') return `${exec}ss -tanp state established`
  return `${exec}ls -l /proc/${pid}/fd`
}
