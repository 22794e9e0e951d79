/**
 * Which rows of one grain tell most: those that the best hypothesis leaves the least scatter in. Nobody says when within a
 * step a low was seen, or whether blocks hold a collection each: the data decide.
 */

import type { Grain } from './attribution.ts'
import type { Hypothesis } from './hypotheses.ts'
import { isStaircase, type Rows, type Stretch, stretchesOf } from './observations.ts'
import { scatterOf } from './weigh.ts'

/** Shares of a step's calls that may lie before its low; the one that explains the lows best is taken. */
const MOMENTS = [0, 0.5, 1] as const

/** Fewer rows fit more easily: they must scatter by less than this share of the others' mean square. */
const LASTING_SCATTER_MAX = 1 / 4

/** Rows from before the onset are used while they scatter by no more than this much beside those after it. */
const BEFORE_SCATTER_MAX = 1.5

/** Rows, and the mean square of what the best hypothesis leaves unexplained of one. */
interface Fitted {
  readonly stretches: readonly Stretch[]
  readonly scatter: number
}

/** The rows of a grain since the onset, or since as long before it where the same explains them. */
export function tellingRows(grain: Grain, hypotheses: readonly Hypothesis[]): readonly Stretch[] {
  const fitted = isStaircase(grain)
    ? (on: Grain) => atBestMoment(on, 'changes', hypotheses)
    : (on: Grain) => blocksOrLasting(on, hypotheses)
  const after = fitted(grain)
  const steps = Math.max(0, ...grain.instances.map(({ floor }) => floor.length))
  const whole = fitted({ ...grain, onsetStep: Math.max(0, 2 * grain.onsetStep - steps) })
  return (whole.scatter <= BEFORE_SCATTER_MAX * after.scatter ? whole : after).stretches
}

function blocksOrLasting(grain: Grain, hypotheses: readonly Hypothesis[]): Fitted {
  const blocks = atBestMoment(grain, 'blocks', hypotheses)
  const lasting = atBestMoment(grain, 'lasting', hypotheses)
  return lasting.scatter < LASTING_SCATTER_MAX * blocks.scatter ? lasting : blocks
}

function atBestMoment(grain: Grain, rows: Rows, hypotheses: readonly Hypothesis[]): Fitted {
  let best: Fitted = { stretches: [], scatter: Number.POSITIVE_INFINITY }
  for (const share of MOMENTS) {
    const stretches = stretchesOf(grain, share, rows)
    const scatter = scatterOf(stretches, hypotheses)
    if (scatter < best.scatter) best = { stretches, scatter }
  }
  return best
}
