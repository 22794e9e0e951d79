/**
 * Who may stay when there is no room for all? Like a club with a doorkeeper: whoever comes for the first time sits near
 * the door and is the first to be asked to leave; who was seen in several steps has a seat, which no crowd of strangers
 * takes away. Strangers who were turned away in one step and come back in the next go before those who came once.
 * (Two-segment LRU with a TinyLFU doorkeeper: Einziger, Friedman, Manes 2017.)
 */

import { createDoor, type Door } from './door.ts'

/** Steps in which a member must have been seen before strangers cannot displace it. */
export const SEATED_STEPS = 3
/** Seats looked at for one newcomer; the search goes on from there for the next. */
const PROBES = 64
/** A member seen twice may be displaced when it was not seen for more than so many steps. */
const SECOND_CHANCE_STEPS = 2

/** How many, and when a seat is lost. */
export interface RosterSettings {
  readonly max: number
  /** A seated member not seen for so many steps may be displaced. */
  readonly idleSteps: number
}

/** What became of those for whom there was no room; both only grow. */
export interface RosterCounts {
  /** Members displaced by others, and newcomers turned away. */
  evicted: number
  refused: number
}

/** Members by number, at most `max` of them. */
export interface Roster<Key> {
  /** The number of a member, or of a newcomer that was let in; -1 when it was turned away. Seen at `step`. */
  admit(key: Key, step: number): number
  /** The number of a member; -1 when it is none. */
  find(key: Key): number
  /** The member was seen at `step`. */
  touch(id: number, step: number): void
  remove(id: number): void
  keyOf(id: number): Key | undefined
  lastStep(id: number): number
  readonly size: number
  /** Numbers are below it. */
  readonly high: number
  readonly counts: Readonly<RosterCounts>
}

interface State<Key> extends RosterSettings {
  readonly ids: Map<Key, number>
  readonly keys: (Key | undefined)[]
  lastSeen: Int32Array
  timesSeen: Uint8Array
  readonly free: number[]
  readonly counts: RosterCounts
  readonly door: Door
  /** Where the search for a seat goes on. */
  hand: number
  readonly leave: (id: number) => void
}

/** @param leave told of the number that is free again, before it is given to another. */
export function createRoster<Key extends string | number>(
  settings: RosterSettings,
  leave: (id: number) => void,
): Roster<Key> {
  const state: State<Key> = {
    ...settings,
    ids: new Map(),
    keys: [],
    lastSeen: new Int32Array(256),
    timesSeen: new Uint8Array(256),
    free: [],
    counts: { evicted: 0, refused: 0 },
    door: createDoor(),
    hand: 0,
    leave,
  }
  const { ids, keys, counts } = state
  return {
    counts,
    get size() {
      return ids.size
    },
    get high() {
      return keys.length
    },
    touch: (id, step) => touch(state, id, step),
    remove: (id) => remove(state, id),
    find: (key) => ids.get(key) ?? -1,
    keyOf: (id) => keys[id],
    lastStep: (id) => state.lastSeen[id]!,
    admit: (key, step) => admit(state, key, step),
  }
}

function admit<Key extends string | number>(state: State<Key>, key: Key, step: number): number {
  const { ids, max, door, counts } = state
  const known = ids.get(key)
  if (known !== undefined) {
    touch(state, known, step)
    return known
  }
  const returning = ids.size >= max && door.cameBefore(key, step)
  if (ids.size >= max && !makeRoom(state, step, returning)) {
    counts.refused += 1
    door.turnAway(key, step)
    return -1
  }
  return seat(state, key, step, returning ? 2 : 1)
}

function seat<Key>(state: State<Key>, key: Key, step: number, times: number): number {
  const id = state.free.pop() ?? state.keys.length
  state.ids.set(key, id)
  state.keys[id] = key
  if (id >= state.lastSeen.length) widen(state, id)
  state.lastSeen[id] = step
  state.timesSeen[id] = times
  return id
}

function widen<Key>(state: State<Key>, id: number): void {
  const { lastSeen, timesSeen } = state
  state.lastSeen = new Int32Array(Math.max(id + 1, lastSeen.length * 2))
  state.timesSeen = new Uint8Array(state.lastSeen.length)
  state.lastSeen.set(lastSeen)
  state.timesSeen.set(timesSeen)
}

function touch<Key>({ lastSeen, timesSeen }: State<Key>, id: number, step: number): void {
  if (step <= lastSeen[id]!) return
  lastSeen[id] = step
  timesSeen[id] = Math.min(timesSeen[id]! + 1, SEATED_STEPS)
}

function remove<Key>({ ids, keys, free, leave }: State<Key>, id: number): void {
  const key = keys[id]
  if (key === undefined) return
  ids.delete(key)
  keys[id] = undefined
  free.push(id)
  leave(id)
}

/** Finds a seat whose member may be displaced, and displaces it. */
function makeRoom<Key extends string | number>(state: State<Key>, step: number, returning: boolean): boolean {
  const { keys, lastSeen, timesSeen } = state
  for (let probe = 0; probe < Math.min(PROBES, keys.length); probe++) {
    state.hand = (state.hand + 1) % keys.length
    const key = keys[state.hand]
    if (key === undefined) continue
    const last = lastSeen[state.hand]!
    const times = timesSeen[state.hand]!
    const isStranger = times === 1 && (last < step || returning)
    const isForgotten = step - last > (times < SEATED_STEPS ? SECOND_CHANCE_STEPS : state.idleSteps)
    if (!isStranger && !isForgotten) continue
    state.counts.evicted += 1
    state.door.turnAway(key, step)
    remove(state, state.hand)
    return true
  }
  return false
}
