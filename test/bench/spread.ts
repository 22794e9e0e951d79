import Table from 'cli-table3'
import { median } from 'simple-statistics'

/** `median (least–most)`, two digits. */
export function spread(values: readonly number[]): string {
  const figure = (value: number): string => value.toFixed(2)
  return `${figure(median([...values]))} (${figure(Math.min(...values))}–${figure(Math.max(...values))})`
}

/** A table for the terminal: head, then rows of text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [] } })
  for (const row of rows) drawn.push([...row])
  return drawn.toString()
}
