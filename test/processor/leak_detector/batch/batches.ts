import fc from 'fast-check'
import type { Batch } from '../../../../processor/leak_detector/batch/batch.ts'

/** Any batch that an origin could write, with up to a dozen rows in each table. */
export function batches(): fc.Arbitrary<Batch> {
  return record({
    strings: fc.array(fc.string({ maxLength: 12, unit: 'grapheme' }), { maxLength: 12 }),
    instances: fc.nat(6),
    spans: fc.nat(12),
    windows: fc.nat(12),
    edges: fc.nat(6),
  }).chain(({ strings, instances, spans, windows, edges }) => {
    const texts = ['', ...strings]
    const text = (rows: number) => u32(rows, texts.length)
    const rows = instances + 1
    return record({
      origin: record({ node: fc.string({ maxLength: 8 }), thread: fc.nat(64), incarnation: fc.nat(2 ** 31 - 1) }),
      sequence: fc.nat(2 ** 31 - 1),
      strings: fc.constant(texts),
      instances: instancesTable(rows, text),
      spans: spansTable(spans, rows, text),
      windows: windowsTable(windows, rows, text),
      edges: edgesTable(edges, text),
    })
  })
}

/** Any string of the batch, for each of so many rows. */
type Text = (rows: number) => fc.Arbitrary<Uint32Array>

function instancesTable(rows: number, text: Text): fc.Arbitrary<Batch['instances']> {
  return record({
    count: fc.constant(rows),
    namespaceText: text(rows),
    serviceText: text(rows),
    instanceText: text(rows),
    versionText: text(rows),
    runtimeText: text(rows),
    podText: text(rows),
    containerText: text(rows),
    resourceText: text(rows),
    startMs: f64(rows),
    firstSeenMs: f64(rows),
    lastSeenMs: f64(rows),
  })
}

function spansTable(spans: number, rows: number, text: Text): fc.Arbitrary<Batch['spans']> {
  return record({
    count: fc.constant(spans),
    instance: u32(spans, rows),
    trace: u32(spans * 4),
    spanHi: u32(spans),
    spanLo: u32(spans),
    parentHi: u32(spans),
    parentLo: u32(spans),
    kind: u8(spans),
    failed: u8(spans),
    startMs: f64(spans),
    endMs: f64(spans),
    operationText: text(spans),
    peerText: text(spans),
    peerKind: u8(spans),
    weight: f64(spans),
  })
}

function windowsTable(windows: number, rows: number, text: Text): fc.Arbitrary<Batch['windows']> {
  return record({
    count: fc.constant(windows),
    instance: u32(windows, rows),
    metricText: text(windows),
    componentText: text(windows),
    shape: u8(windows),
    windowMs: f64(windows),
    n: f64(windows),
    min: f64(windows),
    max: f64(windows),
    sum: f64(windows),
    last: f64(windows),
    lastMs: f64(windows),
    streamStartMs: f64(windows),
  })
}

function edgesTable(edges: number, text: Text): fc.Arbitrary<Batch['edges']> {
  return record({
    count: fc.constant(edges),
    callerNamespaceText: text(edges),
    callerServiceText: text(edges),
    callerOperationText: text(edges),
    calleeNamespaceText: text(edges),
    calleeServiceText: text(edges),
    calleeInstanceText: text(edges),
    calleeOperationText: text(edges),
    kind: u8(edges),
    windowMs: f64(edges),
    calls: f64(edges),
    errors: f64(edges),
    durationUs: f64(edges),
    exemplarText: text(edges),
  })
}

/** Plain objects: decoded ones are plain too. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>
}

function u32(rows: number, below = 2 ** 32): fc.Arbitrary<Uint32Array> {
  return fc.array(fc.nat(below - 1), { minLength: rows, maxLength: rows }).map((values) => Uint32Array.from(values))
}

function u8(rows: number): fc.Arbitrary<Uint8Array> {
  return fc.array(fc.nat(255), { minLength: rows, maxLength: rows }).map((values) => Uint8Array.from(values))
}

function f64(rows: number): fc.Arbitrary<Float64Array> {
  const value = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, Number.NaN, 2 ** 50, 1_700_000_000_000))
  return fc.array(value, { minLength: rows, maxLength: rows }).map((values) => Float64Array.from(values))
}
