/** Cost against the number of series, as an SVG picture. */
import { dot, lineY, type Markish, plot, text } from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** One measurement. */
export interface CostPoint {
  readonly series: number
  readonly who: string
  /** CPU microseconds a series and step. */
  readonly us: number
}

const [WIDTH, HEIGHT] = [760, 320]
/** Without the margins that Plot leaves above and below. */
const INNER_HEIGHT = HEIGHT - 50
const COLOURS = ['#26c', '#0a7', '#d22', '#999']

/** Names beside the ends of lines are at least so far apart, pixels. */
const LABEL_GAP = 13

/** Both axes are logarithmic: a flat line is a cost that does not depend on how many there are. */
export function costPicture(points: readonly CostPoint[]): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const names = [...new Set(points.map(({ who }) => who))]
  const at = { x: 'series', y: 'us', stroke: 'who' } as const
  const drawn = plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 50,
    marginRight: 230,
    x: { type: 'log', label: 'series', tickFormat: '~s', ticks: 4 },
    y: { type: 'log', label: 'CPU µs a series and step', grid: true, tickFormat: '~g', ticks: 4 },
    color: { domain: names, range: COLOURS.slice(0, names.length) },
    marks: [
      lineY([...points], { ...at, z: 'who' }),
      dot([...points], { ...at, fill: 'who', r: 2.5 }),
      ...labels(points),
    ],
  })
  // A page knows that it is SVG; a file has to say so.
  return `${shortened(drawn.outerHTML).replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')}\n`
}

/** Each name beside the last point of its line, from the top; one that would touch the one above is moved down. */
function labels(points: readonly CostPoint[]): readonly Markish[] {
  const last = Map.groupBy(points, ({ who }) => who)
  const ends = [...last.values()].map((line) => line.at(-1)!).toSorted((a, b) => b.us - a.us)
  const logs = points.map(({ us }) => Math.log(us))
  const pixelsALog = INNER_HEIGHT / (Math.max(...logs) - Math.min(...logs) || 1)
  let lowest = Number.NEGATIVE_INFINITY
  return ends.map((end) => {
    const y = -Math.log(end.us) * pixelsALog
    const placed = Math.max(y, lowest + LABEL_GAP)
    lowest = placed
    const options = { x: 'series', y: 'us', text: 'who', fill: 'who', textAnchor: 'start', dx: 8 } as const
    return text([end], { ...options, dy: placed - y })
  })
}

/** Coordinates to a tenth of a pixel. */
function shortened(svg: string): string {
  return svg.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))))
}
