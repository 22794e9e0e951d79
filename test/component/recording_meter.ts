import type { Attributes, Meter, Observable } from '@opentelemetry/api'

/** What a component measured, to be read by a test at any moment. */
export interface RecordedMetrics {
  /**
   * Counters: the total. Gauges and up-down counters: the current value. Histograms: the sum. Added up over all
   * points whose attributes include `where`; 0 when there are none.
   */
  sum(name: string, where?: Attributes): number
  /** Histograms: how often something was recorded. Others: how many times it was written. */
  count(name: string, where?: Attributes): number
  /** Names of all instruments that were made, sorted. */
  names(): readonly string[]
}

interface Point {
  readonly attributes: Attributes
  value: number
  writes: number
}

/** Points by instrument and attributes. */
function createPoints() {
  const instruments = new Map<string, Map<string, Point>>()
  function of(name: string): Map<string, Point> {
    const points = instruments.get(name) ?? new Map<string, Point>()
    instruments.set(name, points)
    return points
  }
  return {
    of,
    names: () => [...instruments.keys()].toSorted(),
    write(name: string, value: number, attributes: Attributes, how: 'add' | 'set'): void {
      const points = of(name)
      const key = JSON.stringify(Object.entries(attributes).toSorted())
      const point = points.get(key) ?? { attributes, value: 0, writes: 0 }
      point.value = how === 'add' ? point.value + value : value
      point.writes += 1
      points.set(key, point)
    },
    matching(name: string, where: Attributes): readonly Point[] {
      const points = [...(instruments.get(name)?.values() ?? [])]
      return points.filter((point) => Object.entries(where).every(([key, value]) => point.attributes[key] === value))
    },
  }
}

/** A meter that keeps the newest state of everything in memory; observable instruments are asked when read. */
export function recordingMeter(): { readonly meter: Meter; readonly metrics: RecordedMetrics } {
  const points = createPoints()
  const names = new Map<Observable, string>()
  /** What asks, by the callback that was given: for several instruments at once, and for each one. */
  const batches = new Map<unknown, () => void>()
  const asks = [batches]

  function synchronous(name: string, how: 'add' | 'set') {
    points.of(name)
    const put = (value: number, attributes: Attributes = {}) => points.write(name, value, attributes, how)
    return { add: put, record: put }
  }
  function observable(name: string): Observable {
    points.of(name)
    const observe = (value: number, attributes: Attributes = {}) => points.write(name, value, attributes, 'set')
    const own = new Map<unknown, () => void>()
    asks.push(own)
    const instrument: Observable = {
      addCallback: (callback) => own.set(callback, () => callback({ observe })),
      removeCallback: (callback) => own.delete(callback),
    }
    names.set(instrument, name)
    return instrument
  }
  const observe = (of: Observable, value: number, attributes: Attributes = {}) =>
    points.write(names.get(of)!, value, attributes, 'set')
  const meter: Meter = {
    createCounter: (name) => synchronous(name, 'add'),
    createUpDownCounter: (name) => synchronous(name, 'add'),
    createHistogram: (name) => synchronous(name, 'add'),
    createGauge: (name) => synchronous(name, 'set'),
    createObservableCounter: observable,
    createObservableGauge: observable,
    createObservableUpDownCounter: observable,
    addBatchObservableCallback: (callback) => batches.set(callback, () => callback({ observe })),
    removeBatchObservableCallback: (callback) => batches.delete(callback),
  }
  function total(name: string, where: Attributes, part: (point: Point) => number): number {
    for (const own of asks) for (const ask of own.values()) ask()
    return points.matching(name, where).reduce((sum, point) => sum + part(point), 0)
  }
  const metrics: RecordedMetrics = {
    sum: (name, where = {}) => total(name, where, ({ value }) => value),
    count: (name, where = {}) => total(name, where, ({ writes }) => writes),
    names: points.names,
  }
  return { meter, metrics }
}
