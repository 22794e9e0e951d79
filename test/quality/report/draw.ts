/** One case as an SVG picture, drawn without a browser. */
import { areaY, lineY, type Markish, plot, rectX, ruleX, ruleY, text } from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { episodesOf } from '../score/episodes.ts'
import { forecastShapes, lastDrawnMs } from './forecast_shape.ts'
import { type CasePlot, endOf, hourOf, type Point, thinned } from './plot_data.ts'

const [WIDTH, HEIGHT] = [900, 260]

/** Alarm episodes whose forecast is drawn, the last ones: more would hide the series. */
const SHAPES_MAX = 3

/** The picture: series grey, floor blue, what was said red, the truth green. */
export function drawCase(data: CasePlot): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const drawn = plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 60,
    x: { domain: [0, hourOf(data, lastDrawnMs(data))], label: 'hours' },
    y: { tickFormat: '~s', grid: true, label: null, nice: true },
    clip: true,
    marks: [alarmMark(data), ...seriesMarks(data), ...saidMarks(data), ...truthMarks(data)],
  })
  return shortened(drawn.outerHTML)
}

const AT_VALUE = { x: 'hour', y: 'value' }

function seriesMarks(data: CasePlot): readonly Markish[] {
  const line = (points: readonly Point[], options: object) => lineY([...points], { ...AT_VALUE, ...options })
  return [
    ...data.series.map(({ values }) => line(thinned(data, values), { stroke: '#999', strokeWidth: 0.7 })),
    ...(data.floor ? [line(thinned(data, data.floor), { stroke: '#26c', strokeWidth: 1.4 })] : []),
    ...(data.limit === undefined ? [] : [ruleY([data.limit], { stroke: '#000', strokeDasharray: '6 3' })]),
  ]
}

function alarmMark(data: CasePlot): Markish {
  const endMs = endOf(data)
  const spans = episodesOf(data.statements).map(({ startMs, endedMs }) => ({
    from: hourOf(data, startMs),
    to: hourOf(data, endedMs ?? endMs),
  }))
  return rectX(spans, { x1: 'from', x2: 'to', fill: '#d22', fillOpacity: 0.08, stroke: '#d22', strokeOpacity: 0.4 })
}

function saidMarks(data: CasePlot): readonly Markish[] {
  return forecastShapes(data)
    .slice(-SHAPES_MAX)
    .flatMap(({ line, band }) => [
      areaY([...band], { x: 'hour', y1: 'low', y2: 'high', fill: '#d22', fillOpacity: 0.15 }),
      lineY([...line], { ...AT_VALUE, stroke: '#d22', strokeWidth: 1.4 }),
    ])
}

function truthMarks(data: CasePlot): readonly Markish[] {
  const begins = data.truth.map(({ service, onsetMs }) => ({
    hour: hourOf(data, onsetMs),
    label: `${service} begins`,
  }))
  const limits = data.truth.flatMap(({ service, exhaustMs }) =>
    exhaustMs === undefined ? [] : [{ hour: hourOf(data, exhaustMs), label: `${service} at its limit` }],
  )
  const label = { x: 'hour', text: 'label', frameAnchor: 'top', fill: '#080' } as const
  return [
    ruleX([...begins, ...limits], { x: 'hour', stroke: '#080', strokeWidth: 1.4 }),
    text(begins, { ...label, textAnchor: 'start', dx: 4 }),
    text(limits, { ...label, textAnchor: 'end', dx: -4 }),
  ]
}

/** Coordinates to a tenth of a pixel: a third of the size. */
function shortened(svg: string): string {
  return svg.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))))
}
