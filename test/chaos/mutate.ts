/**
 * Requests that something went wrong with on the way: bytes flipped, cut, repeated; lengths that lie; messages nested
 * deep; bombs; wrong types. Each comes with the one answer that is right for it.
 */
import { gzipSync } from 'node:zlib'
import type { Random } from '../../component/env.ts'
import type { Signal } from '../../component/payload.ts'
import { countItems } from '../../proto/count.ts'
import { jsonToProto } from '../../proto/json_to_proto.ts'

export interface Mutant {
  readonly what: string
  readonly signal: Signal
  readonly contentType: string
  readonly encoding?: string
  readonly body: Buffer
  /** HTTP status that is right; gRPC codes follow from it. */
  readonly expected: 200 | 400 | 413 | 415
}

export interface Good {
  readonly signal: Signal
  readonly protobuf: Buffer
  readonly json: Buffer
}

/** Decompresses to far more than any limit allows. */
const BOMB = gzipSync(Buffer.alloc(64 * 2 ** 20))
const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

/** The `random`'s next mutant of one of the good requests. */
export function mutant(random: Random, goods: readonly Good[]): Mutant {
  const good = goods[below(random, goods.length)]!
  const dice = random.next()
  if (dice < 0.01) return wrongType(random, good)
  if (dice < 0.02) return wrongEncoding(random, good)
  if (dice < 0.0205) return { ...plain(good), what: 'bomb', encoding: 'gzip', body: BOMB, expected: 413 }
  if (dice < 0.05) return cutGzip(random, good)
  if (dice < 0.06) return judged({ ...plain(good), what: 'nested deep', body: nested(random) })
  if (dice < 0.12) return json(random, good)
  return judged({ ...plain(good), what: 'bytes', body: damage(random, good.protobuf) })
}

function plain(good: Good): Pick<Mutant, 'signal' | 'contentType'> {
  return { signal: good.signal, contentType: PROTOBUF }
}

function judged(given: Omit<Mutant, 'expected'>): Mutant {
  const count = countItems(given.signal, given.body)
  return { ...given, expected: typeof count === 'number' ? 200 : 400 }
}

function json(random: Random, good: Good): Mutant {
  const body = damage(random, good.json)
  const bytes = jsonToProto(good.signal, body)
  return {
    signal: good.signal,
    contentType: JSON_TYPE,
    what: 'JSON bytes',
    body,
    expected: bytes instanceof Uint8Array ? 200 : 400,
  }
}

function wrongType(random: Random, good: Good): Mutant {
  const types = ['text/plain', 'application/xml', 'application/protobuf;', '', 'image/png']
  return { ...plain(good), what: 'content type', contentType: pick(random, types), body: good.protobuf, expected: 415 }
}

function wrongEncoding(random: Random, good: Good): Mutant {
  const encoding = pick(random, ['br', 'compress', 'GZIP', 'gzip, gzip', 'nonsense'])
  return { ...plain(good), what: 'content encoding', encoding, body: good.protobuf, expected: 400 }
}

function cutGzip(random: Random, good: Good): Mutant {
  const whole = gzipSync(good.protobuf)
  const body = whole.subarray(0, 1 + below(random, whole.length - 12))
  return { ...plain(good), what: 'gzip cut short', encoding: 'gzip', body, expected: 400 }
}

/** Two kinds of depth: values inside values, and lengths that claim so. */
function nested(random: Random): Buffer {
  let inner = Buffer.alloc(0)
  for (let depth = 10 + below(random, 200); depth > 0; depth--) {
    const length: number[] = []
    for (let left = inner.length; ; left >>>= 7) {
      length.push(left > 127 ? (left & 127) | 128 : left)
      if (left <= 127) break
    }
    inner = Buffer.concat([Buffer.from([0x0a, ...length]), inner])
  }
  return inner
}

function damage(random: Random, good: Buffer): Buffer {
  let bytes = Buffer.from(good)
  for (let times = 1 + below(random, 4); times > 0 && bytes.length > 1; times--) {
    const at = below(random, bytes.length)
    const kind = below(random, 6)
    if (kind === 0) bytes[at] = bytes[at]! ^ (1 << below(random, 8))
    else if (kind === 1) bytes[at] = below(random, 256)
    else if (kind === 2) bytes = bytes.subarray(0, at)
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(random, at + 1))])
    else if (kind === 4)
      bytes.fill(pick(random, [0, 0x7f, 0x80, 0xff]), at, Math.min(bytes.length, at + 1 + below(random, 12)))
    else bytes = Buffer.concat([bytes.subarray(0, at), noise(random, 1 + below(random, 20)), bytes.subarray(at)])
  }
  return bytes
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => below(random, 256)))
}

function below(random: Random, limit: number): number {
  return Math.floor(random.next() * limit)
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)]!
}
