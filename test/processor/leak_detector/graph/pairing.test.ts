import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EDGE_KIND, type SpanRows } from '../../../../processor/leak_detector/batch/batch.ts'
import {
  type Call,
  createPairing,
  NOBODY,
  type PairingSettings,
} from '../../../../processor/leak_detector/graph/pairing.ts'

/** A span in small numbers; instance `10 * service + copy`. */
interface S {
  readonly trace: number
  readonly id: number
  readonly parent?: number
  readonly instance: number
  readonly kind: 1 | 2 | 3 | 4 | 5
  readonly operation: number
  readonly endMs: number
  readonly peer?: number
  readonly peerKind?: number
  readonly weight?: number
}

const SETTINGS: PairingSettings = { waitMs: 10_000, spansMax: 10_000 }
const IDENTITY = Uint32Array.from({ length: 1000 }, (_, at) => at)
const serviceOf = (instance: number) => (instance === NOBODY ? -1 : Math.floor(instance / 10))

function rowsOf(spans: readonly S[]): SpanRows {
  const u32 = (pick: (span: S) => number) => Uint32Array.from(spans, pick)
  const f64 = (pick: (span: S) => number) => Float64Array.from(spans, pick)
  return {
    count: spans.length,
    instance: u32(({ instance }) => instance),
    trace: Uint32Array.from(spans.flatMap(({ trace }) => [0, 0, 0, trace])),
    spanHi: u32(() => 7),
    spanLo: u32(({ id }) => id),
    parentHi: u32(({ parent }) => (parent === undefined ? 0 : 7)),
    parentLo: u32(({ parent }) => parent ?? 0),
    kind: Uint8Array.from(spans, ({ kind }) => kind),
    failed: new Uint8Array(spans.length),
    startMs: f64(({ endMs }) => endMs - 5),
    endMs: f64(({ endMs }) => endMs),
    operationText: u32(({ operation }) => operation),
    peerText: u32(({ peer }) => peer ?? 0),
    peerKind: Uint8Array.from(spans, ({ peerKind }) => peerKind ?? 0),
    weight: f64(({ weight }) => weight ?? 1),
  }
}

/** What pairing tells of batches, as text in an order of its own. */
function told(batches: readonly (readonly S[])[], settings = SETTINGS): string[] {
  const calls: string[] = []
  const pairing = createPairing(settings, serviceOf)
  for (const batch of batches) pairing.add(rowsOf(batch), IDENTITY, IDENTITY)
  pairing.flush((call) => calls.push(textOf(call)))
  return calls.toSorted()
}

function textOf({
  callerInstance,
  callerOperation,
  calleeInstance,
  calleeOperation,
  peer,
  kind,
  weight,
}: Call): string {
  const name = (instance: number) => (instance === NOBODY ? '-' : String(instance))
  return `${name(callerInstance)}/${callerOperation} > ${name(calleeInstance)}/${calleeOperation} peer ${peer} kind ${kind} x${weight}`
}

/** frontend (1x) GET serves, an internal span calls, cart (2x) POST serves and asks a database. */
function shop(trace: number, at = 1000): S[] {
  const id = trace * 10
  return [
    { trace, id: id + 1, instance: 10, kind: 2, operation: 101, endMs: at + 50 },
    { trace, id: id + 2, parent: id + 1, instance: 10, kind: 1, operation: 0, endMs: at + 40 },
    { trace, id: id + 3, parent: id + 2, instance: 10, kind: 3, operation: 102, endMs: at + 30 },
    { trace, id: id + 4, parent: id + 3, instance: 20, kind: 2, operation: 103, endMs: at + 25 },
    {
      trace,
      id: id + 5,
      parent: id + 4,
      instance: 20,
      kind: 3,
      operation: 104,
      endMs: at + 20,
      peer: 200,
      peerKind: 2,
    },
  ]
}

const SHOP_CALLS = [
  `-/0 > 10/101 peer 0 kind ${EDGE_KIND.root} x1`,
  `10/101 > 20/103 peer 0 kind ${EDGE_KIND.call} x1`,
  `20/103 > -/104 peer 200 kind ${EDGE_KIND.database} x1`,
]

test('[G1] a call is told with the operation of the caller that made it, through internal spans', () => {
  assert.deepEqual(told([shop(1)]), SHOP_CALLS)
})

test('[G2] any order, any split into batches, any repetition tells the same calls', () => {
  const spans = [...shop(1), ...shop(2, 3_000), ...shop(3, 9_000)]
  const expected = told([spans])
  fc.assert(
    fc.property(
      fc.shuffledSubarray(spans, { minLength: spans.length }),
      fc.array(fc.nat(spans.length), { maxLength: 6 }),
      fc.array(fc.nat(spans.length - 1), { maxLength: 6 }),
      (shuffled, cuts, again) => {
        const all = [...shuffled, ...again.map((at) => shuffled[at]!)]
        const at = [0, ...cuts.toSorted((a, b) => a - b), all.length]
        const batches = at.slice(1).map((end, part) => all.slice(at[part], end))
        assert.deepEqual(told(batches), expected)
      },
    ),
    { numRuns: 300 },
  )
})

test('[G3] a server without a client half, and one whose parent is in another service, are told', () => {
  const lone: S = { trace: 9, id: 91, parent: 99, instance: 20, kind: 2, operation: 103, endMs: 10 }
  assert.deepEqual(told([[lone]]), [`-/0 > 20/103 peer 0 kind ${EDGE_KIND.root} x1`])
  const direct: S[] = [
    { trace: 9, id: 92, instance: 10, kind: 2, operation: 101, endMs: 30 },
    { trace: 9, id: 93, parent: 92, instance: 20, kind: 2, operation: 103, endMs: 20 },
  ]
  assert.equal(told([direct])[1], `10/101 > 20/103 peer 0 kind ${EDGE_KIND.call} x1`)
})

test('[G4] a producer and its consumer are a call by message, even long after', () => {
  const spans: S[] = [
    { trace: 5, id: 51, instance: 10, kind: 2, operation: 101, endMs: 10 },
    { trace: 5, id: 52, parent: 51, instance: 10, kind: 4, operation: 105, endMs: 8, peer: 201, peerKind: 3 },
    { trace: 5, id: 53, parent: 52, instance: 30, kind: 5, operation: 106, endMs: 9_000 },
  ]
  assert.deepEqual(told([spans]), [
    `-/0 > 10/101 peer 0 kind ${EDGE_KIND.root} x1`,
    `10/101 > 30/106 peer 0 kind ${EDGE_KIND.messaging} x1`,
  ])
})

test('[G5] an unanswered client tells of its peer; one that names none tells nothing', () => {
  const client: S = { trace: 6, id: 61, instance: 10, kind: 3, operation: 104, endMs: 10 }
  assert.deepEqual(told([[client]]), [])
  assert.deepEqual(told([[{ ...client, peer: 202, peerKind: 1 }]]), [
    `10/0 > -/104 peer 202 kind ${EDGE_KIND.virtual} x1`,
  ])
})

test('[G6] calls are told once the watermark has passed their end by the wait, and not before', () => {
  const pairing = createPairing(SETTINGS, serviceOf)
  const calls: string[] = []
  pairing.add(rowsOf(shop(1)), IDENTITY, IDENTITY)
  pairing.advance(9_000, (call) => calls.push(textOf(call)))
  assert.equal(calls.length, 0)
  pairing.advance(1_050 + 10_000 + 2_500, (call) => calls.push(textOf(call)))
  assert.deepEqual(calls.toSorted(), SHOP_CALLS)
  assert(pairing.toldThroughMs >= 1_050)
  pairing.advance(60_000, () => assert.fail('told twice'))
  assert.equal(pairing.waiting, 0)
})

test('[G7] a span that comes again after it was told tells nothing more', () => {
  const pairing = createPairing(SETTINGS, serviceOf)
  let calls = 0
  pairing.add(rowsOf(shop(1)), IDENTITY, IDENTITY)
  pairing.advance(14_000, () => calls++)
  pairing.add(rowsOf(shop(1)), IDENTITY, IDENTITY)
  pairing.advance(15_000, () => calls++)
  assert.equal(calls, 3)
  assert.equal(pairing.counts.duplicates, 5)
})

test('[G8] beyond the limit new spans are dropped and counted; room returns with time', () => {
  const pairing = createPairing({ waitMs: 10_000, spansMax: 100 }, serviceOf)
  for (let trace = 1; trace <= 100; trace++) pairing.add(rowsOf(shop(trace)), IDENTITY, IDENTITY)
  assert(pairing.waiting <= 100)
  assert.equal(pairing.counts.dropped, 400)
  pairing.advance(60_000, () => {})
  pairing.advance(90_000, () => {})
  assert.equal(pairing.waiting, 0)
  pairing.add(rowsOf(shop(500, 95_000)), IDENTITY, IDENTITY)
  assert.equal(pairing.waiting, 5)
})

test('[G9] sampled spans stand for the calls they were drawn from', () => {
  const [server] = shop(1)
  assert.match(told([[{ ...server!, weight: 8.5 }]])[0]!, /x8\.5$/)
})

test('[G10] spans of wrong clocks neither grow the store for ever nor disturb the others', () => {
  const pairing = createPairing(SETTINGS, serviceOf)
  const calls: string[] = []
  for (let trace = 1; trace <= 50; trace++) {
    pairing.add(rowsOf(shop(trace, trace * 1e9)), IDENTITY, IDENTITY)
    pairing.add(rowsOf(shop(1000 + trace, trace * 100)), IDENTITY, IDENTITY)
    pairing.advance(trace * 1000, (call) => calls.push(textOf(call)))
  }
  pairing.advance(100_000, (call) => calls.push(textOf(call)))
  assert.equal(calls.filter((text) => text === SHOP_CALLS[1]).length, 50)
})

test('[G10] spans of the far future, sorted out when it comes, are told before the later ones that came after them', () => {
  const pairing = createPairing(SETTINGS, serviceOf)
  const startMs = 1_000_000_000
  const request = (id: number, endMs: number): S => ({ trace: id, id, instance: 10, kind: 2, operation: id, endMs })
  const operations: number[] = []
  const advance = (ms: number) =>
    pairing.advance(startMs + ms, ({ calleeOperation }) => operations.push(calleeOperation))
  advance(0)
  pairing.add(rowsOf([request(1, startMs + 11_000_000)]), IDENTITY, IDENTITY)
  advance(2_000_000)
  pairing.add(rowsOf([request(2, startMs + 12_000_000)]), IDENTITY, IDENTITY)
  advance(13_000_000)
  assert.deepEqual(operations, [1, 2])
  assert.equal(pairing.counts.late, 0)
})
