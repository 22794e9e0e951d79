/**
 * The few attributes of a span that the graph lives on, recognised by their bytes: the key's length picks at most two
 * candidates, and comparing from the end tells them apart at once, since keys differ in their last words.
 */
import { PEER_KIND } from './columns.ts'

/** What an attribute is good for. Several keys may serve one use; the one of higher rank wins. */
export const USE = { method: 0, route: 1, path: 2, peer: 3 } as const
export const USES = 4

const RANKS = 256

/** Keys of each use, the worst first: old and new conventions. */
const METHOD_KEYS = ['http.method', 'http.request.method']
const ROUTE_KEYS = ['http.route']
const PATH_KEYS = ['http.target', 'url.path']
const PEER_KEYS: readonly (readonly [string, number])[] = [
  ['net.peer.name', PEER_KIND.address],
  ['server.address', PEER_KIND.address],
  ['messaging.system', PEER_KIND.messaging],
  ['messaging.destination', PEER_KIND.messaging],
  ['messaging.destination.name', PEER_KIND.messaging],
  ['db.system', PEER_KIND.database],
  ['db.system.name', PEER_KIND.database],
  ['db.name', PEER_KIND.database],
  ['db.namespace', PEER_KIND.database],
  ['service.peer.name', PEER_KIND.service],
  ['peer.service', PEER_KIND.service],
]

interface Candidate {
  readonly key: Uint8Array
  readonly role: number
}

const KEY_LENGTH_MAX = 31
const byLength: readonly Candidate[][] = Array.from({ length: KEY_LENGTH_MAX + 1 }, () => [])
const KEYS = [METHOD_KEYS, ROUTE_KEYS, PATH_KEYS, PEER_KEYS.map(([key]) => key)]
for (const [use, keys] of KEYS.entries()) {
  for (const [index, key] of keys.entries()) {
    byLength[key.length]!.push({ key: new Uint8Array(Buffer.from(key)), role: use * RANKS + index + 1 })
  }
}
const LENGTHS = byLength.reduce((bits, candidates, length) => (candidates.length > 0 ? bits | (1 << length) : bits), 0)

/** The role of the attribute whose key is `b[start, start + length)`; 0 when it has none. */
export function roleOf(b: Uint8Array, start: number, length: number): number {
  if (length > KEY_LENGTH_MAX || ((LENGTHS >>> length) & 1) === 0) return 0
  for (const { key, role } of byLength[length]!) {
    let i = length - 1
    while (i >= 0 && key[i] === b[start + i]) i--
    if (i < 0) return role
  }
  return 0
}

/** The use of a role, one of `USE`. */
export function useOf(role: number): number {
  return role >> 8
}

/** The rank of a role among those of its use, from 1. */
export function rankOf(role: number): number {
  return role & 255
}

/** What a peer's name of this rank names. */
export function peerKindOf(rank: number): number {
  return rank === 0 ? PEER_KIND.none : PEER_KEYS[rank - 1]![1]
}
