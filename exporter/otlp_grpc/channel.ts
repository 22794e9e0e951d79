/**
 * The connections to all addresses of a backend. Calls go round over those that are ready; a headless Service with
 * three pods gets a third of the calls on each.
 */

import { lookup } from 'node:dns/promises'
import { type Address, type Connection, type ConnectionOptionsOf, createConnection } from './connection.ts'
import type { Target } from './target.ts'

/** Names are looked up again this often, and when a connection fails, so that new pods are found. */
const RESOLVE_EVERY_MS = 30_000
/** … but not more often than this. */
const RESOLVE_MIN_MS = 1_000
/** Of the addresses of a name; the rest is left out. */
const ADDRESSES_MAX = 100

export interface ChannelOptions extends Omit<ConnectionOptionsOf, 'onChange'> {
  readonly balancer: 'round_robin' | 'pick_first'
  readonly waitForReady: boolean
}

export type Picked =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly problem: string }

export interface Channel {
  start(): void
  /** A connection that is ready; waits for one that is being made, at most `timeoutMs` (0: without limit). */
  pick(timeoutMs: number): Promise<Picked>
  stop(): void
}

/** Looks up all addresses of the backend; or says why there are none. */
export type Resolver = () => Promise<readonly Address[] | string>

export function createChannel(addresses: Resolver, options: ChannelOptions): Channel {
  const { clock } = options.env
  const connections = new Map<string, Connection>()
  const waiters = new Set<() => void>()
  let ready: readonly Connection[] = []
  let turn = 0
  let resolveProblem: string | undefined
  let resolvedMs = Number.NEGATIVE_INFINITY
  let resolving = false
  let stopped = false
  let cancelResolve = () => {}

  function refresh(): void {
    ready = [...connections.values()].filter((connection) => connection.state === 'ready')
    for (const wake of [...waiters]) wake()
  }

  function onChange(): void {
    refresh()
    if ([...connections.values()].some((connection) => connection.state === 'failed')) void resolve()
  }

  async function resolve(): Promise<void> {
    if (stopped || resolving) return
    cancelResolve()
    const sinceMs = clock.elapsedMs() - resolvedMs
    if (sinceMs < RESOLVE_MIN_MS) {
      cancelResolve = clock.after(RESOLVE_MIN_MS - sinceMs, () => void resolve())
      return
    }
    resolving = true
    resolvedMs = clock.elapsedMs()
    const found = await addresses()
    resolving = false
    if (stopped) return
    cancelResolve = clock.after(RESOLVE_EVERY_MS, () => void resolve())
    if (typeof found === 'string') resolveProblem = found
    else adopt(found)
    refresh()
  }

  /** Connects to what is new, lets go of what is no longer named. */
  function adopt(found: readonly Address[]): void {
    resolveProblem = undefined
    const named = new Set(found.map((address) => address.key))
    for (const [key, connection] of connections) {
      if (named.has(key)) continue
      connections.delete(key)
      connection.retire()
    }
    for (const address of found) {
      if (!connections.has(address.key))
        connections.set(address.key, createConnection(address, { ...options, onChange }))
    }
  }

  /** `undefined` when waiting may help. */
  function pickNow(): Picked | undefined {
    if (ready.length > 0) {
      turn += 1
      return { ok: true, connection: ready[options.balancer === 'pick_first' ? 0 : turn % ready.length]! }
    }
    const all = [...connections.values()]
    if (stopped) return { ok: false, problem: 'the exporter is shut down' }
    if (options.waitForReady || all.some((connection) => connection.state === 'connecting')) return undefined
    if (all.length === 0 && resolveProblem === undefined) return undefined
    return { ok: false, problem: resolveProblem ?? all[0]!.problem }
  }

  async function pick(timeoutMs: number): Promise<Picked> {
    const deadlineMs = timeoutMs > 0 ? clock.elapsedMs() + timeoutMs : Number.POSITIVE_INFINITY
    for (;;) {
      const picked = pickNow()
      if (picked !== undefined) return picked
      const leftMs = deadlineMs - clock.elapsedMs()
      if (leftMs <= 0) return { ok: false, problem: 'no connection in time' }
      await change(leftMs)
    }
  }

  /** Resolves when something changed, or after `limitMs`. */
  function change(limitMs: number): Promise<void> {
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

  return {
    start: () => void resolve(),
    pick,
    stop() {
      stopped = true
      cancelResolve()
      for (const connection of connections.values()) connection.destroy()
      connections.clear()
      refresh()
    },
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
