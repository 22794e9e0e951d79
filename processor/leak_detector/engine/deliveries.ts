/**
 * Which batches have been merged. Cells can tell by themselves that they come again; spans can only for as long as they
 * are waited for, so a batch that is delivered again must be known as such.
 */

/** Batches of one origin remembered; an older one counts as merged. */
export const DELIVERIES_MAX = 1_024
/** Origins remembered, the one heard last for longest. */
export const DELIVERING_ORIGINS_MAX = 1_024

/** Remembers batches by origin and sequence. */
export interface Deliveries {
  /** Notes a batch; false when it was merged before. */
  note(origin: string, sequence: number): boolean
}

interface Origin {
  newest: number
  /** Sequence at `sequence mod DELIVERIES_MAX`, when it was merged. */
  readonly merged: Float64Array
}

/** Remembers nothing yet. */
export function createDeliveries(): Deliveries {
  const origins = new Map<string, Origin>()
  return {
    note(key, sequence) {
      const origin = origins.get(key) ?? { newest: 0, merged: new Float64Array(DELIVERIES_MAX).fill(-1) }
      origins.delete(key)
      origins.set(key, origin)
      if (origins.size > DELIVERING_ORIGINS_MAX) origins.delete(origins.keys().next().value!)
      const at = sequence % DELIVERIES_MAX
      if (sequence <= origin.newest - DELIVERIES_MAX || origin.merged[at] === sequence) return false
      origin.merged[at] = sequence
      origin.newest = Math.max(origin.newest, sequence)
      return true
    },
  }
}
