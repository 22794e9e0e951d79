/** The tables of finding/README.md, from the names themselves: the test compares, this file run by itself writes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  ATTRIBUTE,
  type AttributeName,
  EVENT,
  LABEL,
  METRIC,
  prometheusName,
  SEVERITY,
  SPAN,
  SPAN_ATTRIBUTE,
} from '../../../../processor/leak_detector/finding/names.ts'

const UNIT_TEXT: Readonly<Record<string, string>> = { rate: 'By/s or {item}/s', amount: 'By or {item}' }

/** The README with its tables as they should be. @param readme its text as it is. */
export function withTables(readme: string): string {
  let text = readme
  for (const [id, table] of Object.entries(tables())) {
    const [open, close] = [`<!-- ${id} -->\n`, `<!-- end of ${id} -->\n`]
    const [start, end] = [text.indexOf(open) + open.length, text.indexOf(close)]
    if (start < open.length || end < 0) throw new Error(`README has no place for the table "${id}"`)
    text = text.slice(0, start) + table + text.slice(end)
  }
  return text
}

export const README = fileURLToPath(new URL('../../../../processor/leak_detector/finding/README.md', import.meta.url))

function tables(): Readonly<Record<string, string>> {
  return {
    events: table(
      ['event', 'rule'],
      Object.values(EVENT).map(({ name, rule }) => [code(name), rule]),
    ),
    severities: table(
      ['number', 'text', 'label in metrics', 'rule'],
      Object.entries(SEVERITY).map(([number, { text, label, rule }]) => [number, text, code(label), rule]),
    ),
    attributes: attributes(ATTRIBUTE),
    metrics: table(
      ['metric', 'instrument', 'unit', 'in Prometheus', 'meaning'],
      Object.values(METRIC).map((metric) => [
        code(metric.name),
        metric.instrument,
        metric.unit,
        code(prometheusName(metric)),
        metric.description,
      ]),
    ),
    labels: `${Object.values(LABEL).map(code).join(', ')}\n`,
    spans: table(
      ['span', 'rule'],
      Object.values(SPAN).map(({ name, rule }) => [code(name), rule]),
    ),
    'span attributes': attributes(SPAN_ATTRIBUTE),
  }
}

function attributes(names: Readonly<Record<string, AttributeName>>): string {
  const rows = Object.values(names).map(({ name, type, unit, rule }) => [
    code(name),
    type,
    UNIT_TEXT[unit] ?? unit,
    rule,
  ])
  return table(['attribute', 'type', 'unit', 'rule'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.main) writeFileSync(README, withTables(readFileSync(README, 'utf8')))
