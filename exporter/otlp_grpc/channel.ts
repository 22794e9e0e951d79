/**
 * The connections to all addresses of a backend. Calls go round over those that are ready; a headless Service with
 * three pods gets a third of the calls on each.
 */

import { lookup } from 'node:dns/promises'
import { type Address, Connection, type ConnectionOptionsOf } from './connection.ts'
import type { Target } from './target.ts'

/** Names are looked up again this often, and when a connection fails, so that new pods are found. */
const RESOLVE_EVERY_MS = 30_000
/** … but not more often than this. */
const RESOLVE_MIN_MS = 1_000
/** Of the addresses of a name; the rest is left out. */
const ADDRESSES_MAX = 100

/** How to connect, and how to choose among connections. */
export interface ChannelOptions extends Omit<ConnectionOptionsOf, 'onChange'> {
  readonly balancer: 'round_robin' | 'pick_first'
  readonly waitForReady: boolean
}

/** A connection that is ready, or why there is none. */
export type Picked =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly problem: string }

/** Looks up all addresses of the backend; or says why there are none. */
export type Resolver = () => Promise<readonly Address[] | string>

/** Owns the connections, one for each address that the name has now. `#ready` is those of them that are ready. */
export class Channel {
  readonly #addresses: Resolver
  readonly #options: ChannelOptions
  readonly #connections = new Map<string, Connection>()
  readonly #waiters = new Set<() => void>()
  #ready: readonly Connection[] = []
  #turn = 0
  #resolveProblem: string | undefined
  #resolvedMs = Number.NEGATIVE_INFINITY
  #resolving = false
  #stopped = false
  #cancelResolve = () => {}

  constructor(addresses: Resolver, options: ChannelOptions) {
    this.#addresses = addresses
    this.#options = options
  }

  /** Begins to look up and to connect. */
  start(): void {
    void this.#resolve()
  }

  /** A connection that is ready; waits for one that is being made, at most `timeoutMs` (0: without limit). */
  async pick(timeoutMs: number): Promise<Picked> {
    const { clock } = this.#options.env
    const deadlineMs = timeoutMs > 0 ? clock.elapsedMs() + timeoutMs : Number.POSITIVE_INFINITY
    for (;;) {
      const picked = this.#pickNow()
      if (picked !== undefined) return picked
      const leftMs = deadlineMs - clock.elapsedMs()
      if (leftMs <= 0) return { ok: false, problem: 'no connection in time' }
      await this.#change(leftMs)
    }
  }

  /** Ends everything at once. */
  stop(): void {
    this.#stopped = true
    this.#cancelResolve()
    for (const connection of this.#connections.values()) connection.destroy()
    this.#connections.clear()
    this.#refresh()
  }

  /** `undefined` when waiting may help. */
  #pickNow(): Picked | undefined {
    const ready = this.#ready
    if (ready.length > 0) {
      this.#turn += 1
      const at = this.#options.balancer === 'pick_first' ? 0 : this.#turn % ready.length
      return { ok: true, connection: ready[at]! }
    }
    if (this.#stopped) return { ok: false, problem: 'the exporter is shut down' }
    const all = [...this.#connections.values()]
    if (this.#options.waitForReady || all.some((connection) => connection.state === 'connecting')) return undefined
    if (all.length === 0 && this.#resolveProblem === undefined) return undefined
    return { ok: false, problem: this.#resolveProblem ?? all[0]!.problem }
  }

  /** Resolves when something changed, or after `limitMs`. */
  #change(limitMs: number): Promise<void> {
    const { clock } = this.#options.env
    const waiters = this.#waiters
    return new Promise((done) => {
      const cancel = Number.isFinite(limitMs) ? clock.after(limitMs, wake) : () => {}
      function wake(): void {
        cancel()
        waiters.delete(wake)
        done()
      }
      waiters.add(wake)
    })
  }

  #refresh(): void {
    this.#ready = [...this.#connections.values()].filter((connection) => connection.state === 'ready')
    for (const wake of [...this.#waiters]) wake()
  }

  readonly #onChange = (): void => {
    this.#refresh()
    if ([...this.#connections.values()].some((connection) => connection.state === 'failed')) void this.#resolve()
  }

  async #resolve(): Promise<void> {
    if (this.#stopped || this.#resolving) return
    this.#cancelResolve()
    const { clock } = this.#options.env
    const sinceMs = clock.elapsedMs() - this.#resolvedMs
    const again = () => void this.#resolve()
    if (sinceMs < RESOLVE_MIN_MS) {
      this.#cancelResolve = clock.after(RESOLVE_MIN_MS - sinceMs, again)
      return
    }
    this.#resolving = true
    this.#resolvedMs = clock.elapsedMs()
    const found = await this.#addresses()
    this.#resolving = false
    if (this.#stopped) return
    this.#cancelResolve = clock.after(RESOLVE_EVERY_MS, again)
    if (typeof found === 'string') this.#resolveProblem = found
    else this.#adopt(found)
    this.#refresh()
  }

  /** Connects to what is new, lets go of what is no longer named. */
  #adopt(found: readonly Address[]): void {
    this.#resolveProblem = undefined
    const named = new Set(found.map((address) => address.key))
    for (const [key, connection] of this.#connections) {
      if (named.has(key)) continue
      this.#connections.delete(key)
      connection.retire()
    }
    const options = { ...this.#options, onChange: this.#onChange }
    for (const address of found) {
      if (this.#connections.has(address.key)) continue
      this.#connections.set(address.key, new Connection(address, options))
    }
  }
}

/** Asks the machine's own resolver. A Unix socket is its own address. */
export function resolverOf(target: Target): Resolver {
  return async () => {
    if (target.kind === 'unix') return [{ at: { path: target.path }, key: target.path }]
    const { host, port } = target
    try {
      const found = await lookup(host, { all: true })
      return found.slice(0, ADDRESSES_MAX).map(({ address }) => ({ at: { host: address, port }, key: address }))
    } catch (error) {
      return `name resolver error: ${(error as Error).message}`
    }
  }
}
