import type { Clock } from '../../component/env.ts'

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /**
   * Lets `ms` pass. Tasks that fall due run in the order of their times, each with the clock at its own time; after
   * each, and at the end, promises and input/output that are ready get their turn.
   */
  advance(ms: number): Promise<void>
  /** As `advance`, without a turn for promises in between. */
  advanceNow(ms: number): void
  /** Moves the wall clock alone, as an administrator or a time server does. */
  jump(ms: number): void
  /** Tasks that wait for their time. */
  readonly waiting: number
}

interface Task {
  readonly atMs: number
  readonly run: () => void
}

export function manualClock(startMs: number): ManualClock {
  const tasks = new Set<Task>()
  let elapsedMs = 0
  let wallMs = startMs

  /** Moves to the first task due by `untilMs` and runs it; false when there is none. */
  function step(untilMs: number): boolean {
    let first: Task | undefined
    for (const task of tasks) if (task.atMs <= untilMs && (!first || task.atMs < first.atMs)) first = task
    moveTo(first?.atMs ?? untilMs)
    if (!first) return false
    tasks.delete(first)
    first.run()
    return true
  }

  function moveTo(toMs: number): void {
    wallMs += toMs - elapsedMs
    elapsedMs = toMs
  }

  return {
    nowMs: () => wallMs,
    elapsedMs: () => elapsedMs,
    after(delayMs, run) {
      const task = { atMs: elapsedMs + Math.max(0, delayMs), run }
      tasks.add(task)
      return () => tasks.delete(task)
    },
    async advance(ms) {
      const untilMs = elapsedMs + ms
      await settled()
      while (step(untilMs)) await settled()
      await settled()
    },
    advanceNow(ms) {
      const untilMs = elapsedMs + ms
      while (step(untilMs));
    },
    jump(ms) {
      wallMs += ms
    },
    get waiting() {
      return tasks.size
    },
  }
}

/** Lets every promise that can go on do so. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
