/**
 * Makes a ready request look like a later one: other ids, later times. Sending the very same spans again and again
 * would flatter a service graph, which knows them already. Only fixed-width fields are written over, so the length and
 * everything else stay.
 */

const TRACES = { path: [1, 2, 2], ids: [1, 2, 4], times: [7, 8], points: [] as readonly number[] }
const METRICS = { path: [1, 2, 2], ids: [] as readonly number[], times: [3], points: [5, 7, 9, 10, 11] }

export interface Template {
  readonly bytes: Buffer
  /** Offset and length of each trace, span and parent id. */
  readonly ids: readonly (readonly [number, number])[]
  /** Offset of each fixed64 time. */
  readonly times: readonly number[]
}

/** Finds what has to be written over in an `Export<signal>ServiceRequest`. */
export function template(signal: 'traces' | 'metrics', bytes: Uint8Array): Template {
  const shape = signal === 'traces' ? TRACES : METRICS
  const found = { bytes: Buffer.from(bytes), ids: [] as [number, number][], times: [] as number[] }
  const visit = (start: number, end: number, depth: number): void => {
    for (const field of fieldsOf(found.bytes, start, end)) {
      if (depth < shape.path.length) {
        if (field.number === shape.path[depth]) visit(field.start, field.end, depth + 1)
      } else if (depth === shape.path.length && shape.points.length > 0) {
        if (shape.points.includes(field.number)) visit(field.start, field.end, depth + 1)
      } else if (shape.points.length > 0 && depth === shape.path.length + 1) {
        if (field.number === 1) visit(field.start, field.end, depth + 1)
      } else if (shape.ids.includes(field.number)) found.ids.push([field.start, field.end - field.start])
      else if (shape.times.includes(field.number) && field.wire === 1) found.times.push(field.start)
    }
  }
  visit(0, found.bytes.length, 0)
  return found
}

/** The `turn`-th copy: `turn` steps of `stepMs` later, every id another one. */
export function freshen(from: Template, turn: number, stepMs: number): Buffer {
  const bytes = Buffer.from(from.bytes)
  const mask = Math.imul(turn + 1, 0x9e3779b1)
  for (const [at, length] of from.ids) {
    for (let word = 0; word < length; word += 4) bytes.writeInt32BE(bytes.readInt32BE(at + word) ^ mask, at + word)
  }
  const laterNanos = BigInt(Math.round(turn * stepMs * 1e6))
  for (const at of from.times) bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) + laterNanos, at)
  return bytes
}

interface Field {
  readonly number: number
  readonly wire: number
  readonly start: number
  readonly end: number
}

function* fieldsOf(bytes: Buffer, start: number, end: number): Generator<Field> {
  let at = start
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < end) {
    const tag = varint()
    const wire = tag & 7
    let from = at
    if (wire === 2) {
      const length = varint()
      from = at
      at += length
    } else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else varint()
    yield { number: tag >>> 3, wire, start: from, end: at }
  }
}
