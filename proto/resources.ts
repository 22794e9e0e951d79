import { eachField, readAttributes } from './attributes.ts'
import type { ByteTableLimits } from './byte_table.ts'
import { check, TYPE } from './check.ts'
import type { Attributes } from './columns.ts'
import type { Crowd } from './crowd.ts'
import { createMeanings, type Meanings } from './meanings.ts'
import { tagAt } from './wire.ts'

/** Resources told apart in one ingest thread, and the bytes kept of them. */
export const RESOURCE_LIMITS: ByteTableLimits = { entriesMax: 16_384, bytesMax: 8_388_608 }
/** Attribute sets of points told apart in one ingest thread, and the bytes kept of them. */
export const ATTRIBUTE_SET_LIMITS: ByteTableLimits = { entriesMax: 131_072, bytesMax: 16_777_216 }

/**
 * Sets of attributes as numbers: of resources, or of data points. The same bytes have the same number; other bytes that
 * mean the same (another order of attributes) have another. 0 is the empty set; 1 stands for every set that came when
 * the table was full, and reads as empty.
 */
export interface AttributeSets extends Omit<Meanings<Attributes>, 'table'> {
  /**
   * The number of the set in `[start, start + length)`. Its structure is checked when its bytes are new: what has a
   * number was right when it came.
   */
  intern(b: Uint8Array, start: number, length: number, depth: number): number
}

const NONE: Attributes = new Map()

/** Numbers of `Resource` messages, given as their bytes. */
export function createResources(limits: ByteTableLimits = RESOURCE_LIMITS, crowd?: Crowd): AttributeSets {
  return createTable(
    limits,
    (b, start, end, depth) => check(b, start, end, TYPE.resource, depth),
    (b, start, end) => readAttributes(b, start, end, 1),
    crowd,
  )
}

/** Numbers of the attributes of data points, given as the fields that they are in the point, tags included. */
export function createAttributeSets(limits: ByteTableLimits = ATTRIBUTE_SET_LIMITS, crowd?: Crowd): AttributeSets {
  return createTable(
    limits,
    (b, start, end, depth) => eachField(b, start, end, (_field, from, to) => check(b, from, to, TYPE.keyValue, depth)),
    (b, start, end) => readAttributes(b, start, end, tagAt(b, start, end) >>> 3),
    crowd,
  )
}

function createTable(
  limits: ByteTableLimits,
  verify: (b: Uint8Array, start: number, end: number, depth: number) => void,
  read: (b: Uint8Array, start: number, end: number) => Attributes,
  crowd: Crowd | undefined,
): AttributeSets {
  const sets = createMeanings(limits, NONE, read, crowd)
  const { table } = sets
  return Object.assign(sets, {
    intern(b: Uint8Array, start: number, length: number, depth: number) {
      const id = table.find(b, start, length)
      if (id >= 0) return id
      verify(b, start, start + length, depth)
      return table.add(b, start, length)
    },
  })
}
