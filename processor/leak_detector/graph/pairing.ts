/**
 * Who called whom? A call leaves two spans, one on each side, which come in any order, from different senders, seconds
 * apart. Each span waits in a store; once event time has passed its end by `waitMs`, what it has to tell is told: a
 * server or consumer tells of the edge it was called over, a client or producer that nobody answered tells of a node
 * that is not instrumented. A told span stays for another `waitMs`, so that those it caused still find it.
 *
 * Pairing in any order equals pairing in order: nothing is concluded when a span comes, everything when its time is up.
 */

import { EDGE_KIND, type SpanRows } from '../batch/batch.ts'
import { addHalf, createHalfStore, FLAG, findHalf, type HalfStore, NO_ROW, removeHalf } from './half_store.ts'

/** How long and how much is waited for. */
export interface PairingSettings {
  /** How long a span waits for its other half, milliseconds of event time. */
  readonly waitMs: number
  /** Spans that wait at the same time; beyond, new ones are dropped and counted. */
  readonly spansMax: number
}

/** What pairing concludes; the engine's numbers throughout. The object is reused for the next call. */
export interface Call {
  /** Instance of the caller; NOBODY when the call came from outside or from what is not instrumented. */
  callerInstance: number
  callerOperation: number
  /** NOBODY when the callee is not instrumented: then `peer` names it. */
  calleeInstance: number
  calleeOperation: number
  peer: number
  /** An `EDGE_KIND`. */
  kind: number
  endMs: number
  durationUs: number
  isFailed: boolean
  /** Calls that it stands for. */
  weight: number
  /** Four words of the trace id. */
  trace0: number
  trace1: number
  trace2: number
  trace3: number
}

/** No instance: the other side is outside, or not instrumented. */
export const NOBODY = 0xffffffff

/** What was counted since the start. */
export interface PairingCounts {
  /** Spans that came again. */
  duplicates: number
  /** Spans dropped because too many wait. */
  dropped: number
  /** Spans that came after their time was up. */
  late: number
  /** Calls told. */
  calls: number
}

/** Spans in, calls out. */
export interface Pairing {
  /**
   * Takes the spans of a batch.
   * @param instanceOf engine's number of an instance row of the batch.
   * @param textOf engine's number of a string of the batch.
   */
  add(spans: SpanRows, instanceOf: Uint32Array, textOf: Uint32Array): void
  /** Event time has reached `watermarkMs`: tells all calls whose time is up. */
  advance(watermarkMs: number, tell: (call: Call) => void): void
  /** All calls that end before this have been told. */
  readonly toldThroughMs: number
  readonly waiting: number
  readonly counts: Readonly<PairingCounts>
  /** Calls `mark` for every string number still held. */
  eachText(mark: (text: number) => void): void
  /** Tells whatever still waits, as if time had passed. */
  flush(tell: (call: Call) => void): void
}

const SPAN_KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
/** A chain of spans within one service is followed so far, looking for the operation that made a call. */
const ANCESTORS_MAX = 32
/** Generations in one `waitMs`: the grain at which spans are told and dropped. */
const GENERATIONS_A_WAIT = 4
const GENERATIONS_MAX = 4096

/** @param serviceOf number of the service that an instance belongs to. */
export function createPairing(settings: PairingSettings, serviceOf: (instance: number) => number): Pairing {
  const state: State = {
    store: createHalfStore(settings.spansMax),
    generationMs: Math.max(1, settings.waitMs / GENERATIONS_A_WAIT),
    heads: new Map(),
    toldThrough: Number.NEGATIVE_INFINITY,
    serviceOf,
    counts: { duplicates: 0, dropped: 0, late: 0, calls: 0 },
    call: emptyCall(),
  }
  const advance = (watermarkMs: number, tell: (call: Call) => void) => {
    const through = Math.floor((watermarkMs - settings.waitMs) / state.generationMs)
    if (through > state.toldThrough) {
      tellThrough(state, through, tell)
      dropThrough(state, through - GENERATIONS_A_WAIT)
    }
  }
  return {
    counts: state.counts,
    get waiting() {
      return state.store.used
    },
    get toldThroughMs() {
      return (state.toldThrough + 1) * state.generationMs
    },
    add: (spans, instanceOf, textOf) => addSpans(state, spans, instanceOf, textOf),
    advance,
    flush(tell) {
      tellThrough(state, Number.POSITIVE_INFINITY, tell)
      dropThrough(state, Number.POSITIVE_INFINITY)
    },
    eachText(mark) {
      for (const head of state.heads.values()) {
        for (let row = head; row !== NO_ROW; row = state.store.sibling[row]!) {
          mark(state.store.operation[row]!)
          mark(state.store.peer[row]!)
        }
      }
    },
  }
}

interface State {
  store: HalfStore
  readonly generationMs: number
  /** First row of each generation: spans by the time of their end. */
  readonly heads: Map<number, number>
  /** Generations up to it are told. */
  toldThrough: number
  readonly serviceOf: (instance: number) => number
  readonly counts: PairingCounts
  readonly call: Call
}

function addSpans(state: State, spans: SpanRows, instanceOf: Uint32Array, textOf: Uint32Array): void {
  const { store, counts } = state
  for (let at = 0; at < spans.count; at++) {
    const instance = instanceOf[spans.instance[at]!]!
    if (instance === NOBODY) continue
    const traceWord = spans.trace[at * 4 + 3]!
    let row = findHalf(store, spans.spanHi[at]!, spans.spanLo[at]!, traceWord)
    if (row === NO_ROW) {
      row = addHalf(store, spans.spanHi[at]!, spans.spanLo[at]!)
      if (row === NO_ROW) {
        counts.dropped += 1
        continue
      }
      store.flags[row] = 0
      enqueue(state, row, spans.endMs[at]!)
    } else if ((store.flags[row]! & FLAG.placeholder) === 0) {
      counts.duplicates += 1
      continue
    }
    fill(store, row, spans, at)
    store.instance[row] = instance
    store.operation[row] = textOf[spans.operationText[at]!]!
    store.peer[row] = textOf[spans.peerText[at]!]!
    const kind = spans.kind[at]!
    if (kind === SPAN_KIND.server || kind === SPAN_KIND.consumer) answerParent(state, row, traceWord)
  }
}

function fill(store: HalfStore, row: number, spans: SpanRows, at: number): void {
  store.parentHi[row] = spans.parentHi[at]!
  store.parentLo[row] = spans.parentLo[at]!
  store.trace[row * 4] = spans.trace[at * 4]!
  store.trace[row * 4 + 1] = spans.trace[at * 4 + 1]!
  store.trace[row * 4 + 2] = spans.trace[at * 4 + 2]!
  store.trace[row * 4 + 3] = spans.trace[at * 4 + 3]!
  store.kind[row] = spans.kind[at]!
  store.peerKind[row] = spans.peerKind[at]!
  const failed = spans.failed[at] === 1 ? FLAG.failed : 0
  store.flags[row] = (store.flags[row]! & FLAG.answered) | failed
  store.endMs[row] = spans.endMs[at]!
  store.durationUs[row] = Math.max(0, Math.round((spans.endMs[at]! - spans.startMs[at]!) * 1000))
  store.weight[row] = spans.weight[at]!
}

/** Puts a row into the generation of its end; one whose time is up already goes with the next to be told. */
function enqueue(state: State, row: number, endMs: number): void {
  let generation = generationOf(state, endMs)
  if (generation <= state.toldThrough) {
    state.counts.late += 1
    generation = state.toldThrough + 1
  }
  state.store.sibling[row] = state.heads.get(generation) ?? NO_ROW
  state.heads.set(generation, row)
}

/** The parent of a server is a client that was answered, whether it has come or not. */
function answerParent(state: State, row: number, traceWord: number): void {
  const { store } = state
  const parentHi = store.parentHi[row]!
  const parentLo = store.parentLo[row]!
  if (parentHi === 0 && parentLo === 0) return
  let parent = findHalf(store, parentHi, parentLo, traceWord)
  if (parent === NO_ROW) {
    parent = addHalf(store, parentHi, parentLo)
    if (parent === NO_ROW) return
    store.trace[parent * 4 + 3] = traceWord
    store.flags[parent] = FLAG.placeholder
    store.endMs[parent] = store.endMs[row]!
    enqueue(state, parent, store.endMs[row]!)
  }
  store.flags[parent]! |= FLAG.answered
}

function tellThrough(state: State, through: number, tell: (call: Call) => void): void {
  for (let due = dueGenerations(state, through); due.length > 0; due = dueGenerations(state, through)) {
    for (const generation of due) {
      const hasOpened = sortOut(state, generation)
      for (let row = state.heads.get(generation)!; row !== NO_ROW; row = state.store.sibling[row]!) {
        if ((state.store.flags[row]! & (FLAG.placeholder | FLAG.told)) === 0) tellRow(state, row, tell)
      }
      state.toldThrough = generation
      // A new generation may come before those that are next.
      if (hasOpened) break
    }
  }
  if (Number.isFinite(through)) state.toldThrough = through
}

function dueGenerations(state: State, through: number): number[] {
  const due: number[] = []
  for (const generation of state.heads.keys()) {
    if (generation > state.toldThrough && generation <= through) due.push(generation)
  }
  return due.sort((a, b) => a - b)
}

/**
 * A row that a child asked for lies in the child's generation until its own end is known, one of the far future where
 * the future ended when it came: then it moves. Returns whether a row moved to a generation that was not there.
 */
function sortOut(state: State, generation: number): boolean {
  const { store, heads } = state
  const before = heads.size
  let row = heads.get(generation)!
  heads.set(generation, NO_ROW)
  while (row !== NO_ROW) {
    const next = store.sibling[row]!
    const own = Math.max(generation, generationOf(state, store.endMs[row]!))
    store.sibling[row] = heads.get(own) ?? NO_ROW
    heads.set(own, row)
    row = next
  }
  return heads.size > before
}

function tellRow(state: State, row: number, tell: (call: Call) => void): void {
  const { store } = state
  store.flags[row]! |= FLAG.told
  const kind = store.kind[row]!
  const isAnswered = (store.flags[row]! & FLAG.answered) !== 0
  if (kind === SPAN_KIND.server) tellServer(state, row, EDGE_KIND.call, tell)
  else if (kind === SPAN_KIND.consumer) tellServer(state, row, EDGE_KIND.messaging, tell)
  else if ((kind === SPAN_KIND.client || kind === SPAN_KIND.producer) && !isAnswered) tellUnanswered(state, row, tell)
}

function tellServer(state: State, row: number, kind: number, tell: (call: Call) => void): void {
  const { store } = state
  const call = beginCall(state, row)
  call.calleeInstance = store.instance[row]!
  call.calleeOperation = store.operation[row]!
  const parent = parentOf(store, row)
  const isRoot = store.parentHi[row] === 0 && store.parentLo[row] === 0
  const isKnown = parent !== NO_ROW && (store.flags[parent]! & FLAG.placeholder) === 0
  call.kind = isRoot || !isKnown ? EDGE_KIND.root : kind
  if (isKnown) {
    call.callerInstance = store.instance[parent]!
    call.callerOperation = callingOperation(state, parent)
  }
  state.counts.calls += 1
  tell(call)
}

function tellUnanswered(state: State, row: number, tell: (call: Call) => void): void {
  const { store } = state
  if (store.peerKind[row] === 0) return
  const call = beginCall(state, row)
  call.callerInstance = store.instance[row]!
  call.callerOperation = callingOperation(state, row)
  call.calleeOperation = store.operation[row]!
  call.peer = store.peer[row]!
  call.kind = kindOfPeer(store.peerKind[row]!)
  state.counts.calls += 1
  tell(call)
}

function kindOfPeer(peerKind: number): number {
  if (peerKind === 2) return EDGE_KIND.database
  return peerKind === 3 ? EDGE_KIND.messaging : EDGE_KIND.virtual
}

/** The nearest server or consumer at or above `row` within the same service: the operation that made the call. */
function callingOperation(state: State, row: number): number {
  const { store, serviceOf } = state
  const service = serviceOf(store.instance[row]!)
  let at = row
  for (let depth = 0; depth < ANCESTORS_MAX && at !== NO_ROW; depth++) {
    if ((store.flags[at]! & FLAG.placeholder) !== 0 || serviceOf(store.instance[at]!) !== service) return 0
    if (store.kind[at] === SPAN_KIND.server || store.kind[at] === SPAN_KIND.consumer) return store.operation[at]!
    at = parentOf(store, at)
  }
  return 0
}

function parentOf(store: HalfStore, row: number): number {
  const hi = store.parentHi[row]!
  const lo = store.parentLo[row]!
  return hi === 0 && lo === 0 ? NO_ROW : findHalf(store, hi, lo, store.trace[row * 4 + 3]!)
}

/** Spans of the far future (a wrong clock) share one generation, so that there are few. */
function generationOf(state: State, endMs: number): number {
  const generation = Math.floor(endMs / state.generationMs)
  return Number.isFinite(state.toldThrough) ? Math.min(generation, state.toldThrough + GENERATIONS_MAX) : generation
}

function dropThrough(state: State, through: number): void {
  const { store } = state
  for (const [generation, head] of state.heads) {
    if (generation > through) continue
    state.heads.delete(generation)
    for (let row = head; row !== NO_ROW; ) {
      const next = store.sibling[row]!
      if ((store.flags[row]! & (FLAG.told | FLAG.placeholder)) === 0) enqueue(state, row, store.endMs[row]!)
      else removeHalf(store, row)
      row = next
    }
  }
}

function beginCall(state: State, row: number): Call {
  const { store, call } = state
  call.callerInstance = NOBODY
  call.callerOperation = 0
  call.calleeInstance = NOBODY
  call.peer = 0
  call.endMs = store.endMs[row]!
  call.durationUs = store.durationUs[row]!
  call.isFailed = (store.flags[row]! & FLAG.failed) !== 0
  call.weight = store.weight[row]!
  call.trace0 = store.trace[row * 4]!
  call.trace1 = store.trace[row * 4 + 1]!
  call.trace2 = store.trace[row * 4 + 2]!
  call.trace3 = store.trace[row * 4 + 3]!
  return call
}

function emptyCall(): Call {
  return {
    callerInstance: NOBODY,
    callerOperation: 0,
    calleeInstance: NOBODY,
    calleeOperation: 0,
    peer: 0,
    kind: 0,
    endMs: 0,
    durationUs: 0,
    isFailed: false,
    weight: 1,
    trace0: 0,
    trace1: 0,
    trace2: 0,
    trace3: 0,
  }
}
