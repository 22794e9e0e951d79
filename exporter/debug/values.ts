/** Values of OTLP as text for people. */

import type { AnyValue, Id, Int64, KeyValue } from '../../proto/otlp.ts'

/** Characters that would move the cursor, change colours or ring; telemetry must not command a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** The text without power over the terminal that shows it. Line breaks and tabs stay. */
export function harmless(text: string): string {
  return text.replace(COMMANDS, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** The text on one line. */
export function oneLine(text: string): string {
  return harmless(text.replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t'))
}

/** A value as plain data, for JSON. */
type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

function plainOf(value: AnyValue | undefined): Plain {
  if (value?.stringValue !== undefined) return value.stringValue
  if (value?.boolValue !== undefined) return value.boolValue
  if (value?.intValue !== undefined)
    return Number.isSafeInteger(Number(value.intValue)) ? Number(value.intValue) : String(value.intValue)
  if (value?.doubleValue !== undefined)
    return Number.isFinite(value.doubleValue) ? value.doubleValue : String(value.doubleValue)
  if (value?.bytesValue !== undefined) return Buffer.from(value.bytesValue).toString('base64')
  if (value?.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainOf)
  if (value?.kvlistValue !== undefined) {
    return Object.fromEntries((value.kvlistValue.values ?? []).map((entry) => [entry.key, plainOf(entry.value)]))
  }
  return null
}

/**
 * The value alone, on one line.
 * @example textOf({ stringValue: 'cart' }) // => 'cart'
 */
export function textOf(value: AnyValue | undefined): string {
  const plain = plainOf(value)
  if (plain === null) return ''
  return oneLine(typeof plain === 'object' ? JSON.stringify(plain) : String(plain))
}

/**
 * The value with its type, as the Collector writes it.
 * @example typedText({ intValue: '5' }) // => 'Int(5)'
 */
export function typedText(value: AnyValue | undefined): string {
  const plain = plainOf(value)
  const text = typeof plain === 'object' ? JSON.stringify(plain) : String(plain)
  return plain === null ? 'Empty()' : `${typeName(value!)}(${harmless(text)})`
}

function typeName(value: AnyValue): string {
  if (value.stringValue !== undefined) return 'Str'
  if (value.boolValue !== undefined) return 'Bool'
  if (value.intValue !== undefined) return 'Int'
  if (value.doubleValue !== undefined) return 'Double'
  if (value.bytesValue !== undefined) return 'Bytes'
  return value.arrayValue !== undefined ? 'Slice' : 'Map'
}

/** `key=value key=value`, values with spaces in quotes. */
export function pairs(attributes: readonly KeyValue[] | undefined): string {
  const text = (value: AnyValue | undefined) => {
    const bare = textOf(value)
    return /[\s"]/.test(bare) || bare === '' ? JSON.stringify(bare) : bare
  }
  return (attributes ?? []).map(({ key, value }) => `${oneLine(key)}=${text(value)}`).join(' ')
}

/** The first attribute of that name. */
export function attribute(attributes: readonly KeyValue[] | undefined, key: string): AnyValue | undefined {
  return attributes?.find((entry) => entry.key === key)?.value
}

/** An id as hex digits; '' for none. */
export function hex(id: Id | undefined): string {
  if (id === undefined) return ''
  return typeof id === 'string' ? oneLine(id) : Buffer.from(id).toString('hex')
}

/**
 * Nanoseconds since 1970 as Go writes a time in UTC.
 * @example goTime('1500000000') // => '1970-01-01 00:00:01.5 +0000 UTC'
 */
export function goTime(unixNano: Int64 | undefined): string {
  const nanos = BigInt(unixNano ?? 0)
  const seconds = nanos / 1_000_000_000n
  if (seconds > 8_640_000_000_000n) return `${nanos} ns`
  const date = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ')
  const fraction = String(nanos % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${date}${fraction === '' ? '' : '.'}${fraction} +0000 UTC`
}

/** Nanoseconds since 1970 as `HH:MM:SS.mmm` in UTC. */
export function clockTime(unixNano: Int64 | undefined): string {
  const ms = Number(BigInt(unixNano ?? 0) / 1_000_000n)
  return ms > 8.64e15 ? '?' : new Date(ms).toISOString().slice(11, 23)
}
