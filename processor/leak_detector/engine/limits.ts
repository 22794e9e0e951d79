/**
 * Limits that no metric tells. Node's heap limit is in none of its metrics, but the process says how it was started,
 * and so does Java where its limit metric is missing.
 */

import type { Limit } from './entities.ts'

const V8_LIMIT = /--max[-_]old[-_]space[-_]size=(\d+)/g
const JVM_LIMIT = /-Xmx(\d+)([kKmMgG]?)\b/g
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1_048_576, g: 1_073_741_824 }

/**
 * The heap limit in a resource's `process.command_args` or `process.command_line`; the last one given counts, as it
 * does for the program.
 *
 * @example commandLineLimit('… --max-old-space-size=256 …') // => { value: 268435456, source: 'v8' }
 */
export function commandLineLimit(resourceJson: string): Limit | undefined {
  const v8 = [...resourceJson.matchAll(V8_LIMIT)].at(-1)
  if (v8 !== undefined) return { value: Number(v8[1]) * 1_048_576, source: 'v8' }
  const jvm = [...resourceJson.matchAll(JVM_LIMIT)].at(-1)
  if (jvm === undefined) return undefined
  return { value: Number(jvm[1]) * (UNIT_BYTES[jvm[2]!.toLowerCase()] ?? 1), source: 'jvm' }
}
