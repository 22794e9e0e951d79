/** Cost against the number of series, as an SVG picture. */
import { dot, lineY, plot, text } from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** One measurement. */
export interface CostPoint {
  readonly series: number
  readonly who: string
  /** CPU microseconds a series and step. */
  readonly us: number
}

const [WIDTH, HEIGHT] = [760, 320]
const COLOURS = ['#26c', '#0a7', '#d22', '#999']

/** Both axes are logarithmic: a flat line is a cost that does not depend on how many there are. */
export function costPicture(points: readonly CostPoint[]): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const names = [...new Set(points.map(({ who }) => who))]
  const last = names.flatMap((name) => points.findLast(({ who }) => who === name) ?? [])
  const at = { x: 'series', y: 'us', stroke: 'who' } as const
  const drawn = plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 50,
    marginRight: 230,
    x: { type: 'log', label: 'series', tickFormat: '~s', ticks: 4 },
    y: { type: 'log', label: 'CPU µs a series and step', grid: true, tickFormat: '~g' },
    color: { domain: names, range: COLOURS.slice(0, names.length) },
    marks: [
      lineY([...points], { ...at, z: 'who' }),
      dot([...points], { ...at, fill: 'who', r: 2.5 }),
      text(last, { x: 'series', y: 'us', text: 'who', fill: 'who', textAnchor: 'start', dx: 8 }),
    ],
  })
  const svg = drawn.outerHTML.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
  return `${shortened(svg)}\n`
}

/** Coordinates to a tenth of a pixel. */
function shortened(svg: string): string {
  return svg.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))))
}
