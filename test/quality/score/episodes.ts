/** From single statements to alarm episodes: what is said without a break of one resource of one service. */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import type { Statement } from '../case.ts'

/** From the first alarm until it was taken back. */
export interface Episode {
  readonly service: string
  readonly resource: LeakResource
  readonly startMs: number
  /** Absent: still said at the end of the run. */
  readonly endedMs?: number
  /** All alarms of it, oldest first; at least one. */
  readonly alarms: readonly Statement[]
}

interface OpenEpisode {
  readonly alarms: Statement[]
}

/**
 * Episodes, in the order in which they began. A key whose service or resource changes ends one and begins another;
 * `ended` of what never began is passed over.
 *
 * @param statements oldest first; sorted again, stably, in case they are not.
 */
export function episodesOf(statements: readonly Statement[]): readonly Episode[] {
  const open = new Map<string, OpenEpisode>()
  const done: Episode[] = []
  for (const statement of statements.toSorted((a, b) => a.atMs - b.atMs)) {
    const running = open.get(statement.leak)
    const continues = statement.state === 'alarm' && running !== undefined && isSame(running.alarms[0]!, statement)
    if (continues) {
      running.alarms.push(statement)
      continue
    }
    if (running !== undefined) done.push(episode(running, statement.atMs))
    open.delete(statement.leak)
    if (statement.state === 'alarm') open.set(statement.leak, { alarms: [statement] })
  }
  for (const running of open.values()) done.push(episode(running))
  return done.toSorted((a, b) => a.startMs - b.startMs)
}

function isSame(a: Statement, b: Statement): boolean {
  return a.service === b.service && a.resource === b.resource
}

function episode({ alarms }: OpenEpisode, endedMs?: number): Episode {
  const { service, resource, atMs } = alarms[0]!
  return { service, resource, startMs: atMs, alarms, ...(endedMs === undefined ? {} : { endedMs }) }
}

/** Is it said at this moment? */
export function isOpenAt({ startMs, endedMs }: Episode, atMs: number): boolean {
  return startMs <= atMs && (endedMs === undefined || endedMs > atMs)
}
