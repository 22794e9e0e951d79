/**
 * Data points into columns, of the metrics that somebody wants; of the others only the structure is checked and the
 * points are counted.
 */
import { afterField, check, TYPE } from './check.ts'
import { POINT_TYPE } from './columns.ts'
import { type Layers, LEAF_DEPTH, type Leaves } from './envelope.ts'
import type { Interner } from './interner.ts'
import type { AttributeSets } from './resources.ts'
import { createPointColumns, makeRoom } from './rows.ts'
import { messageNamed } from './schema.ts'
import { POINT_MESSAGE, type PointWalk, walkDistributionPoint, walkNumberPoint } from './walk_points.ts'
import { afterShort, afterVarint, shortLengthAt, tagAt, varintAt } from './wire.ts'

/** The messages around a `Metric`, outermost first. */
export const METRIC_LAYERS: Layers = [
  messageNamed('ExportMetricsServiceRequest').index,
  messageNamed('ResourceMetrics').index,
  messageNamed('ScopeMetrics').index,
]

/** Field of `Metric` → what its data is: message type, kind of point, fields beside the points. */
interface Data {
  readonly type: number
  readonly pointType: number
}

const DATA: readonly (Data | undefined)[] = Array.from({ length: 12 })
Object.assign(DATA, {
  5: { type: TYPE.gauge, pointType: POINT_TYPE.gauge },
  7: { type: TYPE.sum, pointType: POINT_TYPE.sum },
  9: { type: TYPE.histogram, pointType: POINT_TYPE.histogram },
  10: { type: TYPE.exponentialHistogram, pointType: POINT_TYPE.exponentialHistogram },
  11: { type: TYPE.summary, pointType: POINT_TYPE.summary },
})

/** What a walk writes to. */
export interface MetricWalk extends PointWalk, Leaves {
  readonly strings: Interner
  readonly rowsMax: number
  /** Asked once for each metric of a request, with the number of its name. */
  wants: (metricName: number) => boolean
}

/** Rows beyond `rowsMax` are checked and counted only. */
export function createMetricWalk(strings: Interner, attributeSets: AttributeSets, rowsMax: number): MetricWalk {
  const columns = createPointColumns()
  const walk: MetricWalk = {
    columns,
    strings,
    attributeSets,
    rowsMax,
    words: new DataView(new ArrayBuffer(0)),
    begin(words) {
      walk.words = words
    },
    attributesAt: 0,
    attributesEnd: 0,
    pieces: undefined,
    wants: () => true,
    rows: () => columns.count,
    leaf: (b, start, end) => walkMetric(walk, b, start, end),
    ofResource: (resource, from) => columns.resource.fill(resource, from, columns.count),
  }
  return walk
}

/** First finds name, unit and data, which may come in any order, then reads the data if the metric is wanted. */
function walkMetric(walk: MetricWalk, b: Uint8Array, start: number, end: number): void {
  let name = 0
  let unit = 0
  let data: Data | undefined
  let dataAt = 0
  let dataEnd = 0
  let pos = start
  while (pos < end) {
    const at = pos
    const tag = tagAt(b, at, end)
    const number = tag >>> 3
    if ((tag & 7) !== 2 || number > 11 || number === 2 || number === 0) {
      pos = afterField(b, at, end, TYPE.metric, LEAF_DEPTH)
      continue
    }
    const from = afterShort(b, at, end)
    const length = shortLengthAt(b, from, end)
    pos = afterShort(b, from, end) + length
    if (number === 1) name = walk.strings.intern(b, pos - length, length)
    else if (number === 3) unit = walk.strings.intern(b, pos - length, length)
    else if (DATA[number] !== undefined) {
      // A metric has one kind of data: the last one is read, those before are checked and counted only.
      if (data !== undefined) walk.columns.items += check(b, dataAt, dataEnd, data.type, LEAF_DEPTH + 1)
      data = DATA[number]
      dataAt = pos - length
      dataEnd = pos
    }
  }
  if (data === undefined) return
  if (walk.wants(name)) walkData(walk, b, dataAt, dataEnd, data, name, unit)
  else walk.columns.items += check(b, dataAt, dataEnd, data.type, LEAF_DEPTH + 1)
}

function walkData(
  walk: MetricWalk,
  b: Uint8Array,
  start: number,
  end: number,
  data: Data,
  name: number,
  unit: number,
): void {
  const out = walk.columns
  const firstRow = out.count
  let temporality = 0
  let monotonic = 0
  let pos = start
  while (pos < end) {
    const at = pos
    const tag = tagAt(b, at, end)
    if (tag === 0x0a) {
      const from = afterShort(b, at, end)
      const length = shortLengthAt(b, from, end)
      pos = afterShort(b, from, end) + length
      walkPoint(walk, b, pos - length, pos, data)
      continue
    }
    pos = afterField(b, at, end, data.type, LEAF_DEPTH + 1)
    const value = (tag & 7) === 0 ? varintAt(b, afterVarint(b, at, end), pos) : 0
    if (tag === 0x10 && data.type !== TYPE.gauge && data.type !== TYPE.summary) temporality = value > 255 ? 0 : value
    else if (tag === 0x18 && data.type === TYPE.sum) monotonic = value === 0 ? 0 : 1
  }
  out.metric.fill(name, firstRow, out.count)
  out.unit.fill(unit, firstRow, out.count)
  out.type.fill(data.pointType, firstRow, out.count)
  out.temporality.fill(temporality, firstRow, out.count)
  out.monotonic.fill(monotonic, firstRow, out.count)
}

function walkPoint(walk: MetricWalk, b: Uint8Array, start: number, end: number, { pointType }: Data): void {
  const out = walk.columns
  out.items += 1
  if (out.count >= walk.rowsMax) {
    check(b, start, end, POINT_MESSAGE[pointType]!, LEAF_DEPTH + 2)
    return
  }
  makeRoom(out)
  const row = out.count
  out.count = row + 1
  out.startMs[row] = 0
  out.timeMs[row] = 0
  out.value[row] = Number.NaN
  out.sum[row] = Number.NaN
  walk.attributesAt = 0
  walk.attributesEnd = 0
  walk.pieces = undefined
  if (pointType <= POINT_TYPE.sum) walkNumberPoint(walk, b, row, start, end)
  else walkDistributionPoint(walk, b, row, start, end, pointType)
}
