/** Attributes as `columns.ts` promises them, from objects that protobufjs decoded. */
import type { AnyValue, KeyValue } from '../../proto/otlp.ts'

type Decoded = { readonly key?: string; readonly value?: AnyValue }

/** First value of each key; strings as they are, all else as JSON writes it. */
export function plainAttributes(attributes: readonly KeyValue[] = []): Map<string, string> {
  const plain = new Map<string, string>()
  for (const { key = '', value } of attributes as readonly Decoded[]) {
    if (!plain.has(key)) plain.set(key, outer(value))
  }
  return plain
}

function outer(value: AnyValue | undefined): string {
  const text = value?.stringValue ?? base64(value)
  return text ?? (value === undefined || Object.keys(value).length === 0 ? '' : inner(value))
}

function base64(value: AnyValue | undefined): string | undefined {
  return value?.bytesValue === undefined ? undefined : Buffer.from(value.bytesValue).toString('base64')
}

function inner(value: AnyValue | undefined): string {
  if (value?.boolValue !== undefined) return String(value.boolValue)
  if (value?.intValue !== undefined) return String(value.intValue)
  if (value?.doubleValue !== undefined) return Object.is(value.doubleValue, -0) ? '0' : String(value.doubleValue)
  if (value?.arrayValue !== undefined) return `[${(value.arrayValue.values ?? []).map(inner).join(',')}]`
  if (value?.kvlistValue === undefined) return JSON.stringify(value?.stringValue ?? base64(value) ?? null)
  const entries = new Map(
    (value.kvlistValue.values as Decoded[] | undefined)?.map((kv) => [kv.key ?? '', inner(kv.value)]),
  )
  return `{${[...entries].map(([key, item]) => `${JSON.stringify(key)}:${item}`).join(',')}}`
}
