/**
 * Calls between two operations, counted step by step. A cell is found by four numbers without making an object; what
 * exceeds the limit of a step is counted on the caller's and callee's services under the operation `_other`.
 */

import { createKeyTable, type KeyTable } from '../batch/key_table.ts'

/** What a cell counts; the engine's numbers. */
export interface EdgeKey {
  /** Number of the service plus 1; 0 when the call came from outside. */
  readonly callerService: number
  readonly callerOperation: number
  /** Instance of the callee, or `VIRTUAL` + number of the service that is not instrumented. */
  readonly callee: number
  readonly calleeOperation: number
  /** An `EDGE_KIND`. */
  readonly kind: number
  readonly origin: number
}

/** Marks a callee that is a service without instances. */
export const VIRTUAL = 0x4000_0000
export const ORIGINS_MAX = 256

/** The cells of one step, in columns. */
export interface EdgeStep {
  count: number
  readonly table: KeyTable
  readonly keys: EdgeKey[]
  calls: Float64Array
  /** Spans that told of them: fewer than the calls where traces were sampled. */
  spans: Float64Array
  errors: Float64Array
  durationUs: Float64Array
  /** Four words a cell: the greatest trace id seen, all zero when none. */
  exemplar: Uint32Array
  /** Revision of the batch that a cell of another origin came with. */
  revision: Float64Array
}

const UNSEEN = 0xffffffff
/** Room at the start: clocks that are wrong open many steps for a call or two. */
const ROWS_AT_START = 16
const SLOTS_AT_START = 64

/** A step without calls. */
export function createEdgeStep(): EdgeStep {
  return { count: 0, table: createKeyTable(4, SLOTS_AT_START), keys: [], ...columns(ROWS_AT_START) }
}

function columns(rows: number): Pick<EdgeStep, 'calls' | 'spans' | 'errors' | 'durationUs' | 'exemplar' | 'revision'> {
  return {
    calls: new Float64Array(rows),
    spans: new Float64Array(rows),
    errors: new Float64Array(rows),
    durationUs: new Float64Array(rows),
    exemplar: new Uint32Array(rows * 4),
    revision: new Float64Array(rows),
  }
}

/** The cell of a key, made when it is new; -1 when the step has `cellsMax` already. */
export function edgeCell(step: EdgeStep, key: EdgeKey, cellsMax: number): number {
  const from = (key.callerService * 8 + key.kind) * ORIGINS_MAX + key.origin
  if (step.count >= cellsMax && !isKnown(step, from, key)) return -1
  const slot = step.table.find(from >>> 0, key.callerOperation, key.callee, key.calleeOperation)
  const known = step.table.value(slot)
  if (known !== UNSEEN) return known
  if (step.count === step.calls.length) grow(step)
  const cell = step.count
  step.table.set(slot, cell)
  step.keys.push({ ...key })
  step.count += 1
  return cell
}

/** Apart from `edgeCell`, which asks it only when the step is full: a search takes a slot for what it does not find. */
function isKnown(step: EdgeStep, from: number, key: EdgeKey): boolean {
  return step.table.has(from >>> 0, key.callerOperation, key.callee, key.calleeOperation)
}

function grow(step: EdgeStep): void {
  const wider = columns(step.calls.length * 2)
  wider.calls.set(step.calls)
  wider.spans.set(step.spans)
  wider.errors.set(step.errors)
  wider.durationUs.set(step.durationUs)
  wider.exemplar.set(step.exemplar)
  wider.revision.set(step.revision)
  Object.assign(step, wider)
}

/** The greater of two trace ids, word by word, stays: whichever call comes first, the same exemplar is kept. */
export function keepExemplar(step: EdgeStep, cell: number, w0: number, w1: number, w2: number, w3: number): void {
  const { exemplar } = step
  const at = cell * 4
  if (w0 < exemplar[at]!) return
  if (w0 === exemplar[at] && !isGreater(exemplar, at, w1, w2, w3)) return
  exemplar[at] = w0
  exemplar[at + 1] = w1
  exemplar[at + 2] = w2
  exemplar[at + 3] = w3
}

function isGreater(exemplar: Uint32Array, at: number, w1: number, w2: number, w3: number): boolean {
  if (w1 !== exemplar[at + 1]) return w1 > exemplar[at + 1]!
  if (w2 !== exemplar[at + 2]) return w2 > exemplar[at + 2]!
  return w3 > exemplar[at + 3]!
}

/** A trace id in hex; '' when there is none. */
export function exemplarText(step: EdgeStep, cell: number): string {
  const words = step.exemplar.subarray(cell * 4, cell * 4 + 4)
  if (words.every((word) => word === 0)) return ''
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')
}

/** Words of a trace id in hex. */
export function exemplarWords(text: string): readonly [number, number, number, number] {
  const word = (at: number) => Number.parseInt(text.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 16) >>> 0 || 0
  return [word(0), word(1), word(2), word(3)]
}
