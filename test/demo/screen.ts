/**
 * The terminal: lines that stay, and below them a block (table and progress) that is drawn over in place. Where the
 * output is no terminal there is no block, and the table is written as plain lines now and then.
 */

import Table from 'cli-table3'
import type { Row } from './watch.ts'

export interface Screen {
  /** A line that stays. */
  say(line: string): void
  /** What is going on just now. */
  show(state: State): void
  /** Nothing is drawn over any more. */
  close(): void
}

export interface State {
  readonly second: number
  readonly secondsMax: number
  readonly rows: readonly Row[]
  /** Services of which a leak has been said. */
  readonly leaking: ReadonlySet<string>
  /** Spans and data points that came through leakmesh. */
  readonly items: number
}

/** Without a terminal, the table is written every so many seconds. */
const PLAIN_EVERY_S = 15
const BAR_WIDTH = 30

/** @param quiet no table, no progress. */
export function openScreen(out: NodeJS.WriteStream, quiet: boolean): Screen {
  const live = out.isTTY && !quiet
  let drawn = 0
  let written = 0
  const erase = (): void => {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[0J`)
    drawn = 0
  }
  return {
    say(line) {
      erase()
      out.write(`${line}\n`)
    },
    show(state) {
      if (quiet) return
      if (!live) {
        if (state.second - written < PLAIN_EVERY_S) return
        written = state.second
        out.write(`${plain(state)}\n`)
        return
      }
      erase()
      const block = `${table(state)}\n${progress(state)}\n`
      drawn = block.split('\n').length - 1
      out.write(block)
    },
    close: () => {
      drawn = 0
    },
  }
}

function table({ rows, leaking }: State): string {
  const drawing = new Table({
    head: ['service', 'heap floor', 'growth', 'calls', ''],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    colWidths: [12, 14, 18, 12, 10],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
  for (const row of rows) {
    drawing.push([row.service, mib(row.floorBytes), growth(row), calls(row), leaking.has(row.service) ? 'leaks' : ''])
  }
  return drawing.toString()
}

function plain({ second, rows, items }: State): string {
  const cells = rows.map((row) => `${row.service} ${mib(row.floorBytes)}, ${growth(row)}, ${calls(row)}`)
  return `${String(Math.round(second)).padStart(4)} s  ${cells.join(' | ')} | ${count(items)} items passed on`
}

function progress({ second, secondsMax, items }: State): string {
  const share = Math.min(1, second / secondsMax)
  const full = Math.round(share * BAR_WIDTH)
  const until = Number.isFinite(secondsMax) ? ` of at most ${secondsMax} s` : ' s, until Ctrl-C'
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.round(second)}${until} · ${count(items)} spans and points passed on`
}

function mib(bytes: number): string {
  return Number.isFinite(bytes) ? `${(bytes / 1_048_576).toFixed(1)} MiB` : '…'
}

function growth({ growthBytesPerMinute }: Row): string {
  if (growthBytesPerMinute === undefined) return '…'
  const mibPerMinute = growthBytesPerMinute / 1_048_576
  return `${mibPerMinute < 0 ? '−' : '+'}${Math.abs(mibPerMinute).toFixed(1)} MiB/min`
}

function calls({ callsPerSecond }: Row): string {
  return `${callsPerSecond.toFixed(0)}/s`
}

function count(items: number): string {
  return items.toLocaleString('en-US')
}
