import { formatDuration } from '../../component/duration.ts'
import type { HealthCheckConfig } from './config.ts'

/** What a probe is told. */
export interface Answer {
  readonly status: 200 | 404 | 503
  readonly contentType: string
  readonly body: string
}

const TEXT = 'text/plain; charset=utf-8'

/**
 * Answers a probe as the Collector does, byte for byte but for the times.
 *
 * @param path what was asked for, without the query.
 * @param readySinceMs since when telemetry can be taken; undefined when it cannot.
 */
export function answer(
  config: Pick<HealthCheckConfig, 'path' | 'response_body'>,
  path: string,
  readySinceMs: number | undefined,
  nowMs: number,
): Answer {
  if (config.path !== '/' && path !== config.path) {
    return { status: 404, contentType: TEXT, body: '404 page not found\n' }
  }
  const status = readySinceMs === undefined ? 503 : 200
  if (config.response_body !== undefined) {
    const body = status === 200 ? config.response_body.healthy : config.response_body.unhealthy
    return { status, contentType: TEXT, body }
  }
  return { status, contentType: 'application/json', body: JSON.stringify(report(readySinceMs, nowMs)) }
}

function report(readySinceMs: number | undefined, nowMs: number) {
  // Go's zero time, which is what the Collector says when it is not ready.
  if (readySinceMs === undefined) return { status: 'Server not available', upSince: '0001-01-01T00:00:00Z', uptime: '' }
  const uptime = formatDuration(Math.max(0, nowMs - readySinceMs))
  return { status: 'Server available', upSince: new Date(readySinceMs).toISOString(), uptime }
}
