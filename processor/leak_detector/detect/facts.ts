/** The numbers behind a verdict, as sentences: each can be recomputed by hand from the input. */

import type { Fact, SuppressionReason } from './evidence.ts'
import type { CloseLook } from './explain.ts'
import type { Rise } from './rise.ts'

/** What growth rests on. */
export function growthFacts(rise: Rise, close: CloseLook, rate: number, affected: number, total: number): Fact[] {
  const { lows, view, points } = rise
  const facts: Fact[] = [
    lowsFact(rise, 0.5),
    {
      type: 'slope',
      statement: `The middle of the pairwise slopes of these lows is ${plain(rate)} a second.`,
      value: rate,
      unit: '{unit}/s',
      weight: 0.2,
    },
    {
      type: 'growth',
      statement: `Over ${duration((points.x.at(-1)! - points.x[0]!) * 1000)} the low rose by ${plain(close.growth)}.`,
      value: close.growth,
      unit: '{unit}',
      weight: 0.1,
    },
    {
      type: 'steady_share',
      statement: `${percent(close.levelling.steadyShare)} of the latest growth keeps its pace; the rest levels off.`,
      value: close.levelling.steadyShare,
      unit: '1',
      weight: 0.1,
    },
    {
      type: 'instances',
      statement: `${affected} of ${total} instances grow (${lows.blocks} blocks of ${duration(view.blockMs)} seen).`,
      value: affected,
      unit: '{instance}',
      weight: 0.05,
    },
  ]
  if (close.load !== undefined) facts.push(loadFact(close.load.share, 0.05))
  return facts
}

/** What a suppression rests on. */
export function explainedFacts(rise: Rise, reasons: readonly SuppressionReason[]): Fact[] {
  return [
    lowsFact(rise, 0.5),
    {
      type: 'explained',
      statement: `The growth has a harmless explanation: ${reasons.join(', ')}.`,
      value: reasons.length,
      unit: '{reason}',
      weight: 0.5,
    },
  ]
}

function lowsFact(rise: Rise, weight: number): Fact {
  const { records, blocks } = rise.lows
  return {
    type: 'lows_never_seen_again',
    statement:
      `${records} of the last ${blocks} lows (one each ${duration(rise.view.blockMs)}) were never seen again; ` +
      `chance alone would do so once in ${plain(10 ** -rise.log10P)} looks.`,
    value: records,
    unit: '{low}',
    weight,
  }
}

function loadFact(share: number, weight: number): Fact {
  return {
    type: 'load_share',
    statement: `${percent(share)} of the growth follows the work in flight.`,
    value: share,
    unit: '1',
    weight,
  }
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

/** Made once: making one costs more than a hundred uses. */
const FIGURES = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** Three digits, no exponent below a million million. */
function plain(value: number): string {
  return FIGURES.format(Number(value.toPrecision(3)))
}

function duration(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} d`
}
