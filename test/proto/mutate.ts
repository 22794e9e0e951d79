/** Damage to bytes: flipped, cut, repeated, put in, moved; lengths that lie. */
import type { Dice } from '../bench/payloads.ts'

/** A damaged copy: one to three changes. */
export function damaged(bytes: Uint8Array, dice: Dice): Uint8Array {
  let result: Uint8Array = Uint8Array.from(bytes)
  for (let changes = 1 + Math.floor(dice() * 3); changes > 0; changes--) result = change(result, dice)
  return result
}

function change(bytes: Uint8Array, dice: Dice): Uint8Array {
  const below = (n: number) => Math.floor(dice() * n)
  const at = below(bytes.length + 1)
  const size = below(12)
  const parts = (...some: Uint8Array[]) => Uint8Array.from(some.flatMap((part) => [...part]))
  switch (below(7)) {
    case 0:
      return bytes.map((byte, i) => (i === at ? below(256) : byte))
    case 1:
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << below(8)) : byte))
    case 2:
      return bytes.slice(0, at)
    case 3:
      return parts(bytes.subarray(0, at), bytes.subarray(at + size))
    case 4:
      return parts(
        bytes.subarray(0, at),
        Uint8Array.from({ length: size }, () => below(256)),
        bytes.subarray(at),
      )
    case 5:
      return parts(bytes.subarray(0, at + size), bytes.subarray(at))
    default:
      return bytes.map((byte, i) => (i === at ? [byte + 1, byte - 1, 255, 127, 128, 0][below(6)]! : byte))
  }
}
