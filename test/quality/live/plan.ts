/** What is recorded: a shop each, healthy but for its cart, and what the cart does. */

import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'

/** What the cart is written in. */
export type Runtime = 'node' | 'python' | 'java' | 'go'

/** One recording to make. */
export interface Plan {
  /** Of its files, and of the case. */
  readonly name: string
  readonly about: string
  readonly runtime: Runtime
  /** `CART_MODE`: what the cart does. */
  readonly mode: string
  /** Makes the phases of traffic. */
  readonly seed: number
  /** Number in the list of scenarios that it is nearest to. */
  readonly scenario: number
  /** Resources that may name the leak; none: nothing leaks. */
  readonly resources: readonly LeakResource[]
  /** What `perCall` of the truth counts. */
  readonly counts: 'bytes' | 'items'
  /** Who leaves something behind; '' every caller. */
  readonly caller: string
}

/** The cart is asked for more than this, and leaks under this alone. */
export const CULPRIT = 'POST /cart'

/** How long is recorded, from the first shopper on. */
export const RECORD_S = 150
/** After so long, counted from its own start, the cart begins to keep. */
export const ONSET_S = 25
/** How often services send metrics. */
export const EXPORT_MS = 1_000

type Short = Omit<Plan, 'resources' | 'counts' | 'caller'> & Partial<Plan>

function plan(short: Short): Plan {
  return { resources: [], counts: 'bytes', caller: '', ...short }
}

/** In the order in which they are recorded. */
export const PLANS: readonly Plan[] = [
  plan({
    name: 'node-operation',
    about: 'about 16 KiB of V8 heap for each POST /cart, whoever calls',
    runtime: 'node',
    mode: 'operation',
    seed: 101,
    scenario: 2,
    resources: ['heap', 'memory'],
  }),
  plan({
    name: 'node-caller',
    about: 'a draft for each POST /cart that mobile sends, none for those of frontend',
    runtime: 'node',
    mode: 'caller',
    seed: 102,
    scenario: 3,
    resources: ['heap', 'memory'],
    caller: 'mobile',
  }),
  plan({
    name: 'node-native',
    about: 'a Buffer of 32 KiB, outside of the V8 heap, for each POST /cart',
    runtime: 'node',
    mode: 'native',
    seed: 103,
    scenario: 17,
    resources: ['memory', 'native'],
  }),
  plan({
    name: 'node-sockets',
    about: 'an open UDP socket, a file descriptor, for each POST /cart',
    runtime: 'node',
    mode: 'sockets',
    seed: 104,
    scenario: 19,
    resources: ['handle', 'fd'],
    counts: 'items',
  }),
  plan({
    name: 'node-timers',
    about: 'an interval that is never cleared for each POST /cart',
    runtime: 'node',
    mode: 'timers',
    seed: 105,
    scenario: 22,
    resources: ['handle'],
    counts: 'items',
  }),
  plan({
    name: 'node-cache',
    about: 'healthy: a bounded cache that fills and levels off',
    runtime: 'node',
    mode: 'cache',
    seed: 106,
    scenario: 43,
  }),
  plan({
    name: 'node-warmup',
    about: 'healthy: reads its tables in for 40 s after its start',
    runtime: 'node',
    mode: 'warmup',
    seed: 107,
    scenario: 27,
  }),
  plan({
    name: 'python-memory',
    about: '24 KiB for each POST /cart',
    runtime: 'python',
    mode: 'memory',
    seed: 108,
    scenario: 2,
    resources: ['memory'],
  }),
  plan({
    name: 'python-files',
    about: 'an open file for every second POST /cart',
    runtime: 'python',
    mode: 'files',
    seed: 109,
    scenario: 19,
    resources: ['fd'],
    counts: 'items',
  }),
  plan({
    name: 'java-heap',
    about: 'an array of 24 KiB for each POST /cart',
    runtime: 'java',
    mode: 'heap',
    seed: 110,
    scenario: 2,
    resources: ['heap', 'memory'],
  }),
  plan({
    name: 'go-heap',
    about: '24 KiB for each POST /cart',
    runtime: 'go',
    mode: 'heap',
    seed: 111,
    scenario: 2,
    resources: ['heap', 'memory'],
  }),
  plan({
    name: 'go-goroutines',
    about: 'a goroutine that waits for ever for each POST /cart',
    runtime: 'go',
    mode: 'goroutines',
    seed: 112,
    scenario: 20,
    resources: ['goroutine', 'heap', 'memory'],
    counts: 'items',
  }),
]
