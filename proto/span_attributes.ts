/**
 * The few attributes of a span that the graph lives on, recognised by their bytes: length, first and last byte of a key
 * give a place in a small table where at most one candidate stands, which is then compared in full.
 */
import assert from 'node:assert/strict'
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

/** Role of each known key, from 1; keys and their roles by number. */
const keys: Uint8Array[] = [new Uint8Array(0)]
const roles: number[] = [0]
const PLACES = 256
/** Number of the key at each place, 0 for none. */
const places = new Uint8Array(PLACES)

for (const [use, names] of [METHOD_KEYS, ROUTE_KEYS, PATH_KEYS, PEER_KEYS.map(([key]) => key)].entries()) {
  for (const [index, name] of names.entries()) {
    const key = new Uint8Array(Buffer.from(name))
    const place = placeOf(key.length, key[0]!, key[key.length - 1]!)
    assert.equal(places[place], 0, `two keys at one place: choose other factors (${name})`)
    places[place] = keys.length
    keys.push(key)
    roles.push(use * RANKS + index + 1)
  }
}

function placeOf(length: number, first: number, last: number): number {
  return (length * 13 + first * 5 + last) & (PLACES - 1)
}

/** The role of the attribute whose key is `b[start, start + length)`; 0 when it has none. */
export function roleOf(b: Uint8Array, start: number, length: number): number {
  if (length === 0) return 0
  const number = places[placeOf(length, b[start]!, b[start + length - 1]!)]!
  if (number === 0) return 0
  const key = keys[number]!
  if (key.length !== length) return 0
  for (let i = 1; i < length - 1; i++) if (key[i] !== b[start + i]) return 0
  return roles[number]!
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
