/** Bytes written from the front, in a buffer that grows by doubling. Numbers are little-endian. */
export interface ByteWriter {
  u8(value: number): void
  u32(value: number): void
  f64(value: number): void
  /** Unsigned LEB128, whole numbers below 2^53. */
  varint(value: number): void
  bytes(value: Uint8Array): void
  /** UTF-8 with its length in front. */
  text(value: string): void
  /** The bytes so far, in a buffer of their own. */
  finish(): Uint8Array
}

/** An empty writer; `capacity` is what it begins with, bytes. */
export function createByteWriter(capacity = 4096): ByteWriter {
  let buffer = Buffer.allocUnsafeSlow(capacity)
  let length = 0
  const room = (bytes: number) => {
    if (length + bytes <= buffer.length) return
    const wider = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, length + bytes))
    buffer.copy(wider, 0, 0, length)
    buffer = wider
  }
  const writer: ByteWriter = {
    u8(value) {
      room(1)
      buffer[length] = value
      length += 1
    },
    u32(value) {
      room(4)
      length = buffer.writeUInt32LE(value >>> 0, length)
    },
    f64(value) {
      room(8)
      length = buffer.writeDoubleLE(value, length)
    },
    varint(value) {
      room(10)
      let rest = value
      while (rest >= 128) {
        buffer[length] = (rest % 128) + 128
        length += 1
        rest = Math.floor(rest / 128)
      }
      buffer[length] = rest
      length += 1
    },
    bytes(value) {
      room(value.length)
      buffer.set(value, length)
      length += value.length
    },
    text(value) {
      const size = Buffer.byteLength(value)
      writer.varint(size)
      room(size)
      length += buffer.write(value, length)
    },
    finish: () => new Uint8Array(buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + length)),
  }
  return writer
}
