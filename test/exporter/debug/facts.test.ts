import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amountText, byteText, percentText, rateText, timeText } from '../../../exporter/debug/amounts.ts'
import { INTERVAL, READS } from '../../../exporter/debug/facts.ts'
import { FINDING_EVENTS, FINDING_SCOPE } from '../../../exporter/debug/finding_card.ts'
import { goTime, typedText } from '../../../exporter/debug/values.ts'
import { ATTRIBUTE, EVENT, SCOPE_NAME } from '../../../processor/leak_detector/finding/names.ts'

test('[D3] what a card reads are names that findings have', () => {
  const names = new Set<string>(Object.values(ATTRIBUTE).map(({ name }) => name))
  for (const name of Object.values(READS)) assert.ok(names.has(name), name)
  for (const name of [READS.rate, READS.timeLeft, READS.perCall]) {
    for (const end of INTERVAL) assert.ok(names.has(name + end), name + end)
  }
  assert.equal(FINDING_SCOPE, SCOPE_NAME)
  for (const { name } of Object.values(EVENT)) assert.ok(name.startsWith(FINDING_EVENTS), name)
})

test('amounts are said in the units that people think in', () => {
  assert.deepEqual([0, 412, 999, 1_024, 419_430_400, 1e14].map(byteText), [
    '0 B',
    '412 B',
    '999 B',
    '1 KiB',
    '400 MiB',
    '91 TiB',
  ])
  assert.deepEqual(
    [rateText(5242.88, 'By'), rateText(0.1, 'By'), rateText(0.01, '{item}')],
    ['18 MiB/h', '8.4 KiB/day', '36/h'],
  )
  assert.deepEqual([30, 600, 21_600, 200_000].map(timeText), ['30 s', '10 min', '6 h', '2.3 days'])
  assert.deepEqual([amountText(3, '{item}'), percentText(0.784)], ['3', '78 %'])
})

test('values are written as the Collector writes them', () => {
  assert.equal(typedText({ stringValue: 'a' }), 'Str(a)')
  assert.equal(typedText({ intValue: '9007199254740993' }), 'Int(9007199254740993)')
  assert.equal(typedText({ doubleValue: Number.NaN }), 'Double(NaN)')
  assert.equal(typedText({ boolValue: false }), 'Bool(false)')
  assert.equal(typedText({ bytesValue: Uint8Array.of(1, 2) }), 'Bytes(AQI=)')
  assert.equal(typedText({ arrayValue: { values: [{ stringValue: 'a' }, {}] } }), 'Slice(["a",null])')
  assert.equal(typedText({ kvlistValue: { values: [{ key: 'k', value: { intValue: '1' } }] } }), 'Map({"k":1})')
  assert.equal(typedText({}), 'Empty()')
  assert.equal(typedText(undefined), 'Empty()')
  assert.equal(goTime('1699678143509369393'), '2023-11-11 04:49:03.509369393 +0000 UTC')
  assert.equal(goTime('18446744073709551615'), '2554-07-21 23:34:33.709551615 +0000 UTC')
})
