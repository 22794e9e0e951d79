/** A key as 32 bits. */
export function keyHash(key: string | number): number {
  if (typeof key === 'number') {
    const mixed = Math.imul(((key % 0x1_0000_0000) | 0) ^ Math.floor(key / 0x1_0000_0000), 0x9e3779b1)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
