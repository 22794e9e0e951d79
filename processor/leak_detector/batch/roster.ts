/**
 * Who may stay when there is no room for all? Like a club with a doorkeeper: whoever comes for the first time sits near
 * the door and is the first to be asked to leave; who was seen in several steps has a seat, which no crowd of strangers
 * takes away. Strangers who were turned away in one step and come back in the next go before those who came once.
 * (Two-segment LRU with a TinyLFU doorkeeper: Einziger, Friedman, Manes 2017.)
 */

/** Steps in which a member must have been seen before strangers cannot displace it. */
export const SEATED_STEPS = 3
/** Seats looked at for one newcomer; the search goes on from there for the next. */
const PROBES = 64
const DOOR_BITS = 1 << 20
/** A member seen twice may be displaced when it was not seen for more than so many steps. */
const SECOND_CHANCE_STEPS = 2

export interface RosterSettings {
  readonly max: number
  /** A seated member not seen for so many steps may be displaced. */
  readonly idleSteps: number
}

export interface RosterCounts {
  /** Members displaced by others, and newcomers turned away. */
  evicted: number
  refused: number
}

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

/** @param leave told of the number that is free again, before it is given to another. */
export function createRoster<Key extends string | number>(
  settings: RosterSettings,
  leave: (id: number) => void,
): Roster<Key> {
  const { max, idleSteps } = settings
  const ids = new Map<Key, number>()
  const keys: (Key | undefined)[] = []
  let lastSeen = new Int32Array(256)
  let timesSeen = new Uint8Array(256)
  const free: number[] = []
  const counts: RosterCounts = { evicted: 0, refused: 0 }
  const door = createDoor()
  let hand = 0

  function touch(id: number, step: number): void {
    if (step <= lastSeen[id]!) return
    lastSeen[id] = step
    timesSeen[id] = Math.min(timesSeen[id]! + 1, SEATED_STEPS)
  }

  function widen(id: number): void {
    const [last, times] = [lastSeen, timesSeen]
    lastSeen = new Int32Array(Math.max(id + 1, last.length * 2))
    timesSeen = new Uint8Array(lastSeen.length)
    lastSeen.set(last)
    timesSeen.set(times)
  }

  function remove(id: number): void {
    const key = keys[id]
    if (key === undefined) return
    ids.delete(key)
    keys[id] = undefined
    free.push(id)
    leave(id)
  }

  /** Finds a seat whose member may be displaced, and displaces it. */
  function makeRoom(step: number, returning: boolean): boolean {
    for (let probe = 0; probe < Math.min(PROBES, keys.length); probe++) {
      hand = (hand + 1) % keys.length
      if (keys[hand] === undefined) continue
      const last = lastSeen[hand]!
      const times = timesSeen[hand]!
      const isStranger = times === 1 && (last < step || returning)
      const isForgotten = step - last > (times < SEATED_STEPS ? SECOND_CHANCE_STEPS : idleSteps)
      if (!isStranger && !isForgotten) continue
      counts.evicted += 1
      door.turnAway(keys[hand]!, step)
      remove(hand)
      return true
    }
    return false
  }

  return {
    counts,
    get size() {
      return ids.size
    },
    get high() {
      return keys.length
    },
    touch,
    remove,
    find: (key) => ids.get(key) ?? -1,
    keyOf: (id) => keys[id],
    lastStep: (id) => lastSeen[id]!,
    admit(key, step) {
      const known = ids.get(key)
      if (known !== undefined) {
        touch(known, step)
        return known
      }
      const returning = ids.size >= max && door.cameBefore(key, step)
      if (ids.size >= max && !makeRoom(step, returning)) {
        counts.refused += 1
        door.turnAway(key, step)
        return -1
      }
      const id = free.pop() ?? keys.length
      ids.set(key, id)
      keys[id] = key
      if (id >= lastSeen.length) widen(id)
      lastSeen[id] = step
      timesSeen[id] = returning ? 2 : 1
      return id
    },
  }
}

/** Remembers, in two bit maps, who was turned away in this step and in the one before. */
function createDoor() {
  let step = Number.NEGATIVE_INFINITY
  let now = new Uint8Array(DOOR_BITS / 8)
  let before = new Uint8Array(DOOR_BITS / 8)
  const turn = (to: number) => {
    if (to <= step) return
    step = to
    const spare = before
    before = now
    now = spare.fill(0)
  }
  return {
    cameBefore(key: string | number, at: number): boolean {
      turn(at)
      const bit = hashOf(key) % DOOR_BITS
      return (before[bit >> 3]! & (1 << (bit & 7))) !== 0
    },
    turnAway(key: string | number, at: number): void {
      turn(at)
      const bit = hashOf(key) % DOOR_BITS
      now[bit >> 3]! |= 1 << (bit & 7)
    },
  }
}

function hashOf(key: string | number): number {
  if (typeof key === 'number') {
    const mixed = Math.imul(((key % 0x1_0000_0000) | 0) ^ Math.floor(key / 0x1_0000_0000), 0x9e3779b1)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
