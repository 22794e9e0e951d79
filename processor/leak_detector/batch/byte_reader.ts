/**
 * Bytes read from the front. Running past the end, or reading what cannot be, sets `failed` and gives zeros from then
 * on: the caller looks once, at the end of each section.
 */
export interface ByteReader {
  readonly failed: boolean
  readonly at: number
  readonly left: number
  u8(): number
  u32(): number
  f64(): number
  varint(): number
  bytes(length: number): Uint8Array
  text(): string
  fail(): void
}

/** Reads from the first byte; the source is not copied. */
export function createByteReader(source: Uint8Array): ByteReader {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let at = 0
  let failed = false
  const take = (bytes: number): number => {
    if (failed || at + bytes > source.length) {
      failed = true
      return -1
    }
    at += bytes
    return at - bytes
  }
  const reader: ByteReader = {
    get failed() {
      return failed
    },
    get at() {
      return at
    },
    get left() {
      return source.length - at
    },
    fail() {
      failed = true
    },
    u8() {
      const from = take(1)
      return from < 0 ? 0 : view.getUint8(from)
    },
    u32() {
      const from = take(4)
      return from < 0 ? 0 : view.getUint32(from, true)
    },
    f64() {
      const from = take(8)
      return from < 0 ? 0 : view.getFloat64(from, true)
    },
    varint() {
      let value = 0
      let scale = 1
      for (let count = 0; count < 8; count++) {
        const byte = reader.u8()
        value += (byte & 127) * scale
        if (byte < 128) return value
        scale *= 128
      }
      failed = true
      return 0
    },
    bytes(length) {
      const from = take(length)
      return from < 0 ? new Uint8Array(0) : source.subarray(from, from + length)
    },
    text() {
      const bytes = reader.bytes(reader.varint())
      try {
        return decoder.decode(bytes)
      } catch {
        failed = true
        return ''
      }
    },
  }
  return reader
}
