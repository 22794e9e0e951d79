import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHTML } from 'linkedom'
import type { Statement, TrueLeak } from '../case.ts'
import { forecastShapes, lastDrawnMs } from './forecast_shape.ts'
import { htmlPage, PLOTS_MAX } from './html.ts'
import { type CasePlot, POINTS_MAX, thinned } from './plot_data.ts'

const HOUR = 3_600_000

const LEAK: TrueLeak = {
  service: 'cart',
  resources: ['memory'],
  onsetMs: 2 * HOUR,
  untilMs: 10 * HOUR,
  exhaustMs: 12 * HOUR,
  perSecond: 100,
  kind: 'time_driven',
  identifiable: 'nothing',
}

/** Said at hour 5 at a level of 1,000: one unit a second since hour 3, and 3,000 reached at hour 8, 7 to 9. */
const SAID: Statement = {
  leak: 'a',
  atMs: 5 * HOUR,
  service: 'cart',
  resource: 'memory',
  state: 'alarm',
  perSecond: { value: 0.1, low: 0, high: 1 },
  onsetMs: { value: 3 * HOUR, low: 0, high: 0 },
  exhaustMs: { value: 8 * HOUR, low: 7 * HOUR, high: 9 * HOUR },
}

function plotOf(id: string, fields: Partial<CasePlot> = {}): CasePlot {
  return {
    id,
    title: 'a <mild> leak & more',
    stepMs: HOUR,
    startMs: 0,
    series: [{ name: 'cart-1', values: Array.from({ length: 11 }, () => 2_000) }],
    floor: Array.from({ length: 11 }, (_, step) => (step === 5 ? Number.NaN : 1_000)),
    limit: 3_000,
    truth: [LEAK],
    statements: [SAID],
    ...fields,
  }
}

/** Every tag that opens closes, in its turn. */
function assertBalanced(page: string): void {
  const open: string[] = []
  const plain = page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').replace('<!doctype html>', '')
  for (const [, slash, name, self] of plain.matchAll(/<(\/?)([a-zA-Z][\w-]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (slash === '/') assert.equal(open.pop(), name)
    else if (self !== '/' && !['meta', 'input'].includes(name!)) open.push(name!)
  }
  assert.deepEqual(open, [])
  assert.doesNotMatch(plain, /<(?![/a-zA-Z])/, 'a sign that should be escaped')
}

test('[Q5] the page holds a picture a case, its text escaped, its tags balanced', () => {
  const page = htmlPage(
    [plotOf('b'), plotOf('c', { truth: [], statements: [], floor: undefined, limit: undefined })],
    [],
  )
  assertBalanced(page)
  const { document } = parseHTML(page)
  assert.equal(document.querySelectorAll('section > svg').length, 2)
  assert.equal(document.querySelector('section p')?.textContent, 'a <mild> leak & more')
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

test('[Q5] the page asks no other host for anything', () => {
  const page = htmlPage([plotOf('b')], [])
  const { document } = parseHTML(page)
  assert.equal(document.querySelectorAll('link, img, iframe, script[src]').length, 0)
  assert.doesNotMatch(page.replace(/xmlns(:\w+)?="[^"]*"/g, ''), /https?:|url\((?!#)|@import/)
})

test('[Q5] series, floor, limit, alarm, forecast and truth are all there', () => {
  const { document } = parseHTML(htmlPage([plotOf('b')], []))
  const marks = [...document.querySelectorAll('section svg [aria-label]')].map((mark) =>
    mark.getAttribute('aria-label'),
  )
  const count = (label: string) => marks.filter((mark) => mark === label).length
  assert.equal(count('line'), 3, 'series, floor, what was said')
  assert.equal(count('area'), 1)
  assert.equal(count('rect'), 1)
  assert.equal(count('rule'), 2, 'limit, truth')
  const words = document.querySelector('section svg')?.textContent
  assert.match(words ?? '', /cart begins/)
  assert.match(words ?? '', /cart at its limit/)
})

test('[Q6] cases with failures come first, and their failures stand beside them', () => {
  const page = htmlPage([plotOf('a'), plotOf('z')], [{ caseId: 'z', kind: 'missed', reason: 'missed <cart>' }])
  const { document } = parseHTML(page)
  const rows = [...document.querySelectorAll('tbody tr')].map((one) => one.textContent)
  assert.deepEqual(rows, ['zmissed <cart>', 'a'])
  assert.match(page, /2 cases, 1 with failures\./)
})

test('[Q6] beyond its limit a page leaves out cases without failures, and says how many', () => {
  const small = { series: [], floor: undefined, truth: [], statements: [] }
  const plots = Array.from({ length: PLOTS_MAX + 2 }, (_, at) => plotOf(`c${at}`, small))
  const page = htmlPage(plots, [{ caseId: `c${PLOTS_MAX + 1}`, kind: 'missed', reason: 'missed' }])
  assert.match(page, /; 2 not drawn/)
  assert.match(page, new RegExp(`id="case-c${PLOTS_MAX + 1}"`))
})

test('[Q7] thinning keeps peaks and lows, leaves out what is missing, and stays small', () => {
  const values = Array.from({ length: 10_000 }, (_, step) =>
    step === 4_321 ? 99 : step === 7_777 ? -99 : Number(step % 2),
  )
  values[0] = Number.NaN
  const points = thinned(plotOf('b'), values)
  assert.ok(points.length <= POINTS_MAX)
  assert.ok(points.some(({ hour, value }) => hour === 4_321 && value === 99))
  assert.ok(points.some(({ hour, value }) => hour === 7_777 && value === -99))
  assert.deepEqual(
    points.map(({ hour }) => hour),
    points.map(({ hour }) => hour).toSorted((a, b) => a - b),
  )
  assert.deepEqual(thinned(plotOf('b'), [Number.NaN, 3, 3]), [
    { hour: 1, value: 3 },
    { hour: 2, value: 3 },
  ])
})

test('[Q8] the line runs from the onset through the level at which it was said to the limit', () => {
  const [shape] = forecastShapes(plotOf('b'))
  assert.deepEqual(shape?.line, [
    { hour: 3, value: 1_000 - 0.1 * 7_200 },
    { hour: 5, value: 1_000 },
    { hour: 8, value: 3_000 },
  ])
  assert.deepEqual(shape?.band, [
    { hour: 5, low: 1_000, high: 1_000 },
    { hour: 7, low: 2_000, high: 3_000 },
    { hour: 8, low: 2_500, high: 3_000 },
    { hour: 9, low: 3_000, high: 3_000 },
  ])
})

test('[Q8] without a limit or a forecast there is no band, without a rate no line', () => {
  assert.deepEqual(forecastShapes(plotOf('b', { limit: undefined }))[0]?.band, [])
  assert.deepEqual(forecastShapes(plotOf('b', { statements: [{ ...SAID, perSecond: undefined }] })), [])
})

test('[Q8] the picture ends with the last limit, or half a run beyond the end', () => {
  assert.equal(lastDrawnMs(plotOf('b')), 12 * HOUR)
  assert.equal(lastDrawnMs(plotOf('b', { truth: [{ ...LEAK, exhaustMs: 90 * HOUR }] })), 16.5 * HOUR)
  assert.equal(lastDrawnMs(plotOf('b', { truth: [], statements: [] })), 11 * HOUR)
})
