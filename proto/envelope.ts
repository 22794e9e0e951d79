/**
 * The three outer layers that all signals share: request, resource, scope. Inside are leaves, spans or metrics, of
 * which each walker knows its own.
 */
import { check, TYPE, wrongWireType } from './check.ts'
import type { AttributeSets } from './resources.ts'
import { addPart, afterShort, afterUnknown, type Parts, shortLengthAt, tagAt, WIRE } from './wire.ts'

/** Leaves lie this deep: request 0, resource 1, scope 2. */
export const LEAF_DEPTH = 3
const RESOURCE_DEPTH = 2

/**
 * What a walk does at the innermost messages, spans or metrics. They are met while the layers around them are still
 * being read: on the wire the resource may come after its spans, so `ofResource` says last whose the rows are.
 */
export interface Leaves {
  /** A request begins; `words` are its bytes. */
  begin(words: DataView): void
  /** Rows so far. */
  rows(): number
  /** One span or metric. */
  leaf(b: Uint8Array, start: number, end: number): void
  /** The rows from `from` on are of this resource. */
  ofResource(resource: number, from: number): void
}

/** Index of the messages of the three layers, from the outermost. */
export type Layers = readonly [request: number, resource: number, scope: number]

interface Walk {
  readonly layers: Layers
  readonly resources: AttributeSets
  readonly leaves: Leaves
}

/** Walks a whole request. @throws Fault */
export function walkRequest(b: Uint8Array, layers: Layers, resources: AttributeSets, leaves: Leaves): void {
  leaves.begin(new DataView(b.buffer, b.byteOffset, b.byteLength))
  walkLayer(b, 0, b.length, 0, { layers, resources, leaves })
}

/** One message of a layer. All known fields of these messages have lengths: 1, and below the request 2 and 3 too. */
function walkLayer(b: Uint8Array, start: number, end: number, layer: number, walk: Walk): void {
  const known = layer === 0 ? 1 : 3
  const firstRow = walk.leaves.rows()
  let resource: Parts | undefined
  for (let pos = start; pos < end; ) {
    const at = pos
    const tag = tagAt(b, at, end)
    pos = afterShort(b, at, end)
    const number = tag >>> 3
    if (number > known || number === 0) {
      pos = afterUnknown(b, tag, pos, end)
      continue
    }
    if ((tag & 7) !== WIRE.bytes) wrongWireType(tag, at, walk.layers[layer]!)
    const length = shortLengthAt(b, pos, end)
    pos = afterShort(b, pos, end)
    const stop = pos + length
    if (number < 3) {
      if (layer === 0) walkLayer(b, pos, stop, 1, walk)
      else if (number === 2) {
        if (layer === 1) walkLayer(b, pos, stop, 2, walk)
        else walk.leaves.leaf(b, pos, stop)
      } else if (layer === 1) resource = addResource(resource, b.subarray(pos, stop))
      else check(b, pos, stop, TYPE.scope, LEAF_DEPTH)
    }
    pos = stop
  }
  if (layer === 1) walk.leaves.ofResource(resourceNumber(resource, walk), firstRow)
}

/** Mostly there is one; where there are several, each has to be a whole message by itself. */
function addResource(before: Parts | undefined, part: Uint8Array): Parts {
  if (before !== undefined) {
    if (before.count === 1) check(before.bytes, 0, before.length, TYPE.resource, RESOURCE_DEPTH)
    check(part, 0, part.length, TYPE.resource, RESOURCE_DEPTH)
  }
  return addPart(before, part)
}

function resourceNumber(resource: Parts | undefined, { resources }: Walk): number {
  return resource === undefined ? 0 : resources.intern(resource.bytes, 0, resource.length, RESOURCE_DEPTH)
}
