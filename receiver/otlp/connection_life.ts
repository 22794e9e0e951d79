/**
 * How long a gRPC connection may live. Clients of gRPC keep one connection for ever and so stick to one replica; a
 * goodbye now and then makes them look again. The rules are grpc-go's (keepalive.ServerParameters and
 * EnforcementPolicy).
 */

import type { KeepaliveConfig } from './config.ts'

/** What is known of one connection. Times are of a clock that only moves forward, milliseconds. */
export interface Connection {
  readonly bornMs: number
  /** Spreads the goodbyes of connections that were made at once: a factor of 0.9 to 1.1. */
  readonly spread: number
  openCalls: number
  /** When a call last began or ended, or the client last answered a question. */
  activeMs: number
  /** When goodbye was said; undefined before. */
  goodbyeMs: number | undefined
  /** When the question that is still open was asked. */
  askedMs: number | undefined
  /** The client's last own question. */
  pingedMs: number
  pingStrikes: number
}

/** @param chance uniform in [0, 1). */
export function newConnection(nowMs: number, chance: number): Connection {
  return {
    bornMs: nowMs,
    spread: 0.9 + 0.2 * chance,
    openCalls: 0,
    activeMs: nowMs,
    goodbyeMs: undefined,
    askedMs: undefined,
    pingedMs: Number.NEGATIVE_INFINITY,
    pingStrikes: 0,
  }
}

/** `goodbye`: no new calls, please. `ask`: are you there? `cut`: at once. */
export type Verdict = 'keep' | 'goodbye' | 'ask' | 'cut'

/** What is to be done with a connection now. A limit of 0 is none. */
export function judge(connection: Connection, limits: KeepaliveConfig['server_parameters'], nowMs: number): Verdict {
  const { bornMs, spread, openCalls, activeMs, goodbyeMs, askedMs } = connection
  const passed = (sinceMs: number, limitMs: number) => limitMs > 0 && nowMs - sinceMs >= limitMs
  if (goodbyeMs !== undefined) return passed(goodbyeMs, limits.max_connection_age_grace) ? 'cut' : 'keep'
  if (askedMs !== undefined && passed(askedMs, limits.timeout)) return 'cut'
  if (passed(bornMs, limits.max_connection_age * spread)) return 'goodbye'
  if (openCalls === 0 && passed(activeMs, limits.max_connection_idle)) return 'goodbye'
  if (askedMs === undefined && passed(activeMs, limits.time)) return 'ask'
  return 'keep'
}

/** So many questions too soon are forgiven. */
const PING_STRIKES_MAX = 2
/** Without a call under way, a client that may not ask at all is allowed this. */
const PING_IDLE_MIN_MS = 7_200_000

/** Counts a question of the client. `false` when it asks too often: it gets `too_many_pings` and is cut off. */
export function mayPing(connection: Connection, policy: KeepaliveConfig['enforcement_policy'], nowMs: number): boolean {
  const idle = connection.openCalls === 0 && !policy.permit_without_stream
  const tooSoon = nowMs - connection.pingedMs < (idle ? PING_IDLE_MIN_MS : policy.min_time)
  connection.pingedMs = nowMs
  if (tooSoon) connection.pingStrikes += 1
  return connection.pingStrikes <= PING_STRIKES_MAX
}

/** A call began or ended, or the client answered: it is alive, and its questions are forgotten. */
export function markActive(connection: Connection, nowMs: number): void {
  connection.activeMs = nowMs
  connection.pingStrikes = 0
}
