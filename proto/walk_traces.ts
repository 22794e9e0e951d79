/**
 * Spans into columns: one pass over the bytes, no object a span.
 *
 * A span's fields come in any order, so what depends on several of them (who is the other side?) waits, as positions,
 * until the span is over.
 */
import { afterField, check, checkId, TYPE } from './check.ts'
import type { SpanColumns } from './columns.ts'
import { type Layers, LEAF_DEPTH, type Leaves } from './envelope.ts'
import { decode, type Interner } from './interner.ts'
import { createSpanColumns, makeRoom } from './rows.ts'
import { samplingWeight } from './sampling.ts'
import { messageNamed } from './schema.ts'
import { peerKindOf, USE, USES } from './span_attributes.ts'
import { createTemplates, type Templates } from './templates.ts'
import { createFound, type Found, walkAttribute } from './walk_span_attributes.ts'
import { after, afterShort, afterVarint, millisecondsAt, shortLengthAt, tagAt, varintAt } from './wire.ts'

/** The messages around a `Span`, outermost first. */
export const TRACE_LAYERS: Layers = [
  messageNamed('ExportTraceServiceRequest').index,
  messageNamed('ResourceSpans').index,
  messageNamed('ScopeSpans').index,
]

const KIND_MAX = 255
const SERVER = 2
const CLIENT = 3
const CONSUMER = 5

/** What a walk writes to, and what the span at hand has told so far. */
export interface SpanWalk extends Leaves, Found {
  readonly columns: SpanColumns
  readonly strings: Interner
  readonly rowsMax: number
  /** The request's bytes, where several are read at once. */
  words: DataView
  readonly templates: Templates
}

/** Rows beyond `rowsMax` are checked and counted only. */
export function createSpanWalk(strings: Interner, rowsMax: number): SpanWalk {
  const columns = createSpanColumns()
  const walk: SpanWalk = {
    columns,
    strings,
    rowsMax,
    words: new DataView(new ArrayBuffer(0)),
    begin(words) {
      walk.words = words
    },
    templates: createTemplates(strings),
    ...createFound(),
    rows: () => columns.count,
    leaf: (b, start, end) => walkSpan(walk, b, start, end),
    ofResource: (resource, from) => columns.resource.fill(resource, from, columns.count),
  }
  return walk
}

function walkSpan(walk: SpanWalk, b: Uint8Array, start: number, end: number): void {
  const out = walk.columns
  out.items += 1
  if (out.count >= walk.rowsMax) {
    check(b, start, end, TYPE.span, LEAF_DEPTH)
    return
  }
  const row = openRow(walk)
  let pos = start
  while (pos < end) {
    const at = pos
    let tag = b[pos++]!
    if (tag > 127) {
      tag = tagAt(b, at, end)
      pos = afterVarint(b, at, end)
    }
    switch (tag) {
      case 0x4a:
        pos = walkAttribute(walk, b, pos, end)
        break
      case 0x0a:
        pos = walkTraceId(walk, row, b, pos, end)
        break
      case 0x12:
        pos = walkSpanId(walk.words, out.spanHi, out.spanLo, row, b, pos, end)
        break
      case 0x22:
        pos = walkSpanId(walk.words, out.parentHi, out.parentLo, row, b, pos, end)
        break
      case 0x2a: {
        const length = shortLengthAt(b, pos, end)
        pos = afterShort(b, pos, end)
        out.name[row] = walk.strings.intern(b, pos, length)
        pos += length
        break
      }
      case 0x30: {
        const kind = varintAt(b, pos, end)
        out.kind[row] = kind > KIND_MAX ? 0 : kind
        pos = afterShort(b, pos, end)
        break
      }
      case 0x39:
        pos = after(pos, 8, end)
        out.startMs[row] = millisecondsAt(walk.words, pos - 8)
        break
      case 0x41:
        pos = after(pos, 8, end)
        out.endMs[row] = millisecondsAt(walk.words, pos - 8)
        break
      case 0x85:
        pos = after(pos, 4, end)
        out.flags[row] = walk.words.getInt32(pos - 4, true)
        break
      default:
        pos = walkRare(out, row, b, tag, at, end)
    }
  }
  closeRow(walk, b, row)
}

/** The next row, with what absent fields mean. */
function openRow(walk: SpanWalk): number {
  const out = walk.columns
  makeRoom(out)
  const row = out.count
  out.count = row + 1
  for (let word = row * 4; word < row * 4 + 4; word++) out.trace[word] = 0
  out.spanHi[row] = 0
  out.spanLo[row] = 0
  out.parentHi[row] = 0
  out.parentLo[row] = 0
  out.kind[row] = 0
  out.flags[row] = 0
  out.status[row] = 0
  out.startMs[row] = 0
  out.endMs[row] = 0
  out.name[row] = 0
  out.weight[row] = 1
  const { ranks, lengths } = walk
  for (let use = 0; use < USES; use++) {
    ranks[use] = 0
    lengths[use] = 0
  }
  return row
}

/** The span is over: names what its attributes told. */
function closeRow(walk: SpanWalk, b: Uint8Array, row: number): void {
  const { columns: out, strings, starts, lengths, ranks } = walk
  const kind = out.kind[row]!
  out.method[row] = strings.intern(b, starts[USE.method]!, lengths[USE.method]!)
  out.route[row] = strings.intern(b, starts[USE.route]!, lengths[USE.route]!)
  const hasPath = kind === SERVER && ranks[USE.path]! > 0 && ranks[USE.route] === 0
  out.path[row] = hasPath ? walk.templates.intern(b, starts[USE.path]!, lengths[USE.path]!) : 0
  const calls = kind >= CLIENT && kind <= CONSUMER
  out.peer[row] = calls ? strings.intern(b, starts[USE.peer]!, lengths[USE.peer]!) : 0
  out.peerKind[row] = calls ? peerKindOf(ranks[USE.peer]!) : 0
}

function walkTraceId(walk: SpanWalk, row: number, b: Uint8Array, at: number, end: number): number {
  const length = shortLengthAt(b, at, end)
  const pos = afterShort(b, at, end)
  checkId(length, 16, at)
  if (length === 0) return pos
  const { words } = walk
  const { trace } = walk.columns
  trace[row * 4] = words.getInt32(pos)
  trace[row * 4 + 1] = words.getInt32(pos + 4)
  trace[row * 4 + 2] = words.getInt32(pos + 8)
  trace[row * 4 + 3] = words.getInt32(pos + 12)
  return pos + 16
}

function walkSpanId(
  words: DataView,
  hi: Uint32Array,
  lo: Uint32Array,
  row: number,
  b: Uint8Array,
  at: number,
  end: number,
): number {
  const length = shortLengthAt(b, at, end)
  const pos = afterShort(b, at, end)
  checkId(length, 8, at)
  if (length === 0) return pos
  hi[row] = words.getInt32(pos)
  lo[row] = words.getInt32(pos + 4)
  return pos + 8
}

/** Status, sampling, and what is only checked: events, links, counts of dropped things, unknown fields. */
function walkRare(out: SpanColumns, row: number, b: Uint8Array, tag: number, at: number, end: number): number {
  const stop = afterField(b, at, end, TYPE.span, LEAF_DEPTH)
  if (tag === 0x7a) out.status[row] = statusCode(b, afterVarint(b, afterVarint(b, at, end), end), stop)
  else if (tag === 0x1a) {
    const from = afterVarint(b, afterVarint(b, at, end), end)
    if (from < stop) out.weight[row] = samplingWeight(decode(b, from, stop))
  }
  return stop
}

function statusCode(b: Uint8Array, start: number, end: number): number {
  let code = 0
  for (let pos = start; pos < end; ) {
    const at = pos
    if (tagAt(b, at, end) === 0x18) code = varintAt(b, afterVarint(b, at, end), end)
    pos = afterField(b, at, end, TYPE.status, LEAF_DEPTH + 1)
  }
  return code > KIND_MAX ? 0 : code
}
