import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextSteps } from '../../../../processor/leak_detector/finding/next_steps.ts'
import type { Suspicion } from '../../../../processor/leak_detector/finding/suspicion.ts'
import { finding, suspect } from './made.ts'

const ONE = { affectedInstances: ['cart-1'] }

function steps(
  runtime: string,
  over: Partial<Suspicion>,
  place: Readonly<Record<string, string>> = {},
): readonly string[] {
  const attributes = Object.entries({ 'telemetry.sdk.language': runtime, ...place }).map(([key, stringValue]) => ({
    key,
    value: { stringValue },
  }))
  const bare = { exemplarTraceIds: [], previousVersion: undefined, sourceMetric: 'process.memory.usage' }
  return nextSteps(
    finding({ carrier: suspect({ ...bare, resourceJson: JSON.stringify({ attributes }), ...over }, ONE) }),
  )
}

const POD = { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart-7f-x2', 'k8s.container.name': 'cart' }
const EXEC = 'kubectl -n shop exec cart-7f-x2 -c cart -- '

test('[F11] next steps of a Node heap: the floor, the inspector, and a warning before the signal that may kill', () => {
  assert.deepEqual(steps('nodejs', { resource: 'heap', sourceMetric: 'v8js.memory.heap.used' }, POD), [
    'min_over_time(v8js_memory_heap_used_bytes{job="shop/cart"}[10m])  # PromQL: the floor',
    `${EXEC}kill -USR1 1  # opens the inspector on 127.0.0.1:9229 without a restart`,
    'kubectl -n shop port-forward cart-7f-x2 9229',
    'chrome://inspect  # two heap snapshots, minutes apart, then compare',
    `${EXEC}kill -USR2 1  # only if started with node --heapsnapshot-signal=SIGUSR2: else it ends the process`,
  ])
})

test('[F11] next steps by runtime and resource', () => {
  const cases: readonly (readonly [string, Suspicion['resource'], RegExp])[] = [
    ['java', 'heap', /jmap -histo:live 1 .*\n.*jcmd 1 GC\.heap_dump/],
    ['java', 'thread', /jcmd 1 Thread\.print/],
    ['java', 'native', /jcmd 1 VM\.native_memory/],
    ['java', 'fd', /ls -l \/proc\/1\/fd/],
    ['go', 'heap', /port-forward .* 6060.*\ngo tool pprof -top http:\/\/localhost:6060\/debug\/pprof\/heap/],
    ['go', 'goroutine', /pprof\/goroutine/],
    ['go', 'fd', /ls -l \/proc\/1\/fd/],
    ['python', 'memory', /memray attach 1.*\npython -X tracemalloc/],
    ['python', 'thread', /py-spy dump --pid 1/],
    ['dotnet', 'heap', /dotnet-gcdump collect -p 1/],
    ['dotnet', 'thread', /dotnet-stack report -p 1/],
    ['nodejs', 'native', /smaps_rollup.*\n.*--report-on-signal/],
    ['nodejs', 'handle', /ls -l \/proc\/1\/fd.*\n.*--report-on-signal/],
    ['rust', 'memory', /smaps_rollup/],
    ['', 'connection', /ss -tanp state established/],
    ['', 'thread', /\/proc\/1\/task/],
  ]
  for (const [runtime, resource, expected] of cases)
    assert.match(steps(runtime, { resource }, POD).slice(1).join('\n'), expected)
})

test('[F11] next steps outside Kubernetes, with the pid that is known', () => {
  assert.ok(steps('java', { resource: 'thread' }, { 'process.pid': '4711' }).includes('jcmd 4711 Thread.print'))
  assert.ok(steps('java', { resource: 'thread' }).includes('jcmd PID Thread.print'))
  assert.ok(!steps('nodejs', { resource: 'heap' }).some((step) => step.includes('kubectl')))
})

test('[F11] next steps of several instances go to the deployment; a roll-out can be undone; a trace be looked at', () => {
  const all = nextSteps(finding())
  assert.ok(all.some((step) => step.startsWith('kubectl -n shop exec deploy/cart -c cart -- ')))
  assert.deepEqual(all.slice(-2), [
    '4bf92f3577b34da6a3ce929d0e0e4736  # trace of a request POST /cart: in Jaeger, /trace/4bf92f3577b34da6a3ce929d0e0e4736',
    'kubectl -n shop rollout undo deployment/cart  # back to 2.3.0',
  ])
  const bare = steps('java', { previousVersion: '2.3.0' })
  assert.equal(bare.at(-1), 'Roll back to version 2.3.0')
  assert.ok(
    steps('go', {}, { 'k8s.statefulset.name': 'db' }).some((step) => step.includes('port-forward statefulset/db')),
  )
})

test('[F11] names from telemetry are quoted before they reach a shell, and end no comment', () => {
  const hostile = { 'k8s.pod.name': "x; rm -rf / #'", 'k8s.deployment.name': 'cart' }
  const all = steps(
    'java',
    { resource: 'thread', previousVersion: '1\nrm -rf /', service: 'a"}\n', namespace: '' },
    hostile,
  )
  assert.ok(all.includes(`kubectl exec 'x; rm -rf / #'\\''' -- jcmd 1 Thread.print`))
  for (const step of all) assert.ok(!step.includes('\n'), step)
})
