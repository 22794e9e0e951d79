import type { Attributes, BatchObservableCallback, Meter, Observable, ObservableCallback } from '@opentelemetry/api'

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

/** A meter that keeps the newest state of everything in memory; observable instruments are asked when read. */
export function recordingMeter(): { readonly meter: Meter; readonly metrics: RecordedMetrics } {
  const instruments = new Map<string, Map<string, Point>>()
  const callbacks = new Set<() => void>()

  function pointsOf(name: string): Map<string, Point> {
    const points = instruments.get(name) ?? new Map<string, Point>()
    instruments.set(name, points)
    return points
  }
  function write(name: string, value: number, attributes: Attributes, how: 'add' | 'set'): void {
    const points = pointsOf(name)
    const key = JSON.stringify(Object.entries(attributes).toSorted())
    const point = points.get(key) ?? { attributes, value: 0, writes: 0 }
    point.value = how === 'add' ? point.value + value : value
    point.writes += 1
    points.set(key, point)
  }
  function synchronous(name: string, how: 'add' | 'set') {
    pointsOf(name)
    const put = (value: number, attributes: Attributes = {}) => write(name, value, attributes, how)
    return { add: put, record: put }
  }
  function observable(name: string): Observable {
    pointsOf(name)
    const own = new Map<ObservableCallback, () => void>()
    const instrument: Observable = {
      addCallback(callback) {
        const ask = () => callback({ observe: (value, attributes) => write(name, value, attributes ?? {}, 'set') })
        own.set(callback, ask)
        callbacks.add(ask)
      },
      removeCallback(callback) {
        const ask = own.get(callback)
        if (ask) callbacks.delete(ask)
      },
    }
    names.set(instrument, name)
    return instrument
  }
  const names = new Map<Observable, string>()
  const batches = new Map<BatchObservableCallback, () => void>()

  const meter: Meter = {
    createCounter: (name) => synchronous(name, 'add'),
    createUpDownCounter: (name) => synchronous(name, 'add'),
    createHistogram: (name) => synchronous(name, 'add'),
    createGauge: (name) => synchronous(name, 'set'),
    createObservableCounter: observable,
    createObservableGauge: observable,
    createObservableUpDownCounter: observable,
    addBatchObservableCallback(callback) {
      const ask = () =>
        callback({ observe: (metric, value, attributes) => write(names.get(metric)!, value, attributes ?? {}, 'set') })
      batches.set(callback, ask)
      callbacks.add(ask)
    },
    removeBatchObservableCallback(callback) {
      const ask = batches.get(callback)
      if (ask) callbacks.delete(ask)
    },
  }
  function matching(name: string, where: Attributes): readonly Point[] {
    for (const ask of callbacks) ask()
    const points = [...(instruments.get(name)?.values() ?? [])]
    return points.filter((point) => Object.entries(where).every(([key, value]) => point.attributes[key] === value))
  }
  const metrics: RecordedMetrics = {
    sum: (name, where = {}) => matching(name, where).reduce((total, point) => total + point.value, 0),
    count: (name, where = {}) => matching(name, where).reduce((total, point) => total + point.writes, 0),
    names: () => [...instruments.keys()].toSorted(),
  }
  return { meter, metrics }
}
