/** Writing protobuf's numbers of variable length; reading them is in `proto/wire.ts`. */

/** Bytes that `value`, a whole number from 0 to 2^53, takes as a varint. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++
  return size
}

/** Writes `value` as a varint; returns where it ends. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  let i = at
  let rest = value
  while (rest >= 128) {
    out[i++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  out[i++] = rest
  return i
}
