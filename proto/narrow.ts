/**
 * Messages with fewer fields, for readers that do not need the whole: a field that a message does not have is ignored by
 * the JSON reader, as any unknown one is.
 */
import { type Field, type Message, messageNamed } from './schema.ts'

/** Attributes and their values contain themselves, and are always whole. */
const WHOLE: readonly Message[] = [messageNamed('KeyValue'), messageNamed('AnyValue')]

/**
 * The message without some of its fields, and of those of the messages in it; itself when nothing is left out.
 * @param leftOut `Message.field`, as the schema names them.
 * @example without(messageNamed('Metric'), new Set(['Metric.description', 'HistogramDataPoint.bucketCounts']))
 */
export function without(message: Message, leftOut: ReadonlySet<string>): Message {
  if (WHOLE.includes(message)) return message
  const kept = new Map<Field, Field>()
  for (const field of message.fields) {
    if (leftOut.has(`${message.name}.${field.name}`)) continue
    const inner = field.message === undefined ? undefined : without(field.message, leftOut)
    kept.set(field, inner === undefined || inner === field.message ? field : { ...field, message: inner })
  }
  if (message.fields.every((field) => kept.get(field) === field)) return message
  const names = [...message.byName].filter(([, field]) => kept.has(field))
  return {
    ...message,
    fields: [...kept.values()],
    byNumber: message.byNumber.map((field) => field && kept.get(field)),
    byName: new Map(names.map(([name, field]) => [name, kept.get(field)!])),
  }
}
