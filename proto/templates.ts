import { ByteTable, FULL } from './byte_table.ts'
import { decode, type Interner } from './interner.ts'
import { templatePath } from './path.ts'

/** Raw paths whose template is remembered; when there are more, all are forgotten. */
const PATHS_MAX = 4096
const PATH_BYTES_MAX = 512

/** Templates of raw paths as interned texts, the recent ones from memory. */
export interface Templates {
  intern(b: Uint8Array, start: number, length: number): number
  /** Lets go of the request that was read last. */
  release(): void
  reset(): void
}

/** @param strings where the templates are interned. */
export function createTemplates(strings: Interner): Templates {
  const paths = new ByteTable({ entriesMax: PATHS_MAX, bytesMax: PATHS_MAX * 64 })
  const known = new Uint32Array(PATHS_MAX)
  return {
    intern(b, start, length) {
      const seen = paths.find(b, start, length)
      if (seen >= 0) return known[seen]!
      const id = strings.internText(templatePath(decode(b, start, start + Math.min(length, PATH_BYTES_MAX))))
      if (length > PATH_BYTES_MAX) return id
      let path = paths.add(b, start, length)
      if (path === FULL) {
        paths.reset()
        path = paths.add(b, start, length)
      }
      known[path] = id
      return id
    },
    release: () => paths.release(),
    reset: () => paths.reset(),
  }
}
