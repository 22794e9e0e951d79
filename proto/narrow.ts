/**
 * Messages with fewer fields, for readers that do not need the whole: a field that a message does not have is ignored by
 * the JSON reader, as any unknown one is.
 */
import { type Field, type Message, messageNamed } from './schema.ts'

/** Attributes and their values contain themselves, and are always whole. */
const WHOLE: readonly Message[] = [messageNamed('KeyValue'), messageNamed('AnyValue')]

/**
 * The message without some of its fields, and of those of the messages in it; itself when nothing is left out. They are
 * gone by name, which is how JSON is read; numbers and places stay as they are.
 * @param leftOut `Message.field`, as the schema names them.
 * @example without(messageNamed('Metric'), new Set(['Metric.description', 'HistogramDataPoint.bucketCounts']))
 */
export function without(message: Message, leftOut: ReadonlySet<string>): Message {
  if (WHOLE.includes(message)) return message
  const byName = new Map<string, Field>()
  for (const [name, field] of message.byName) {
    if (leftOut.has(`${message.name}.${field.name}`)) continue
    const inner = field.message === undefined ? undefined : without(field.message, leftOut)
    byName.set(name, inner === undefined || inner === field.message ? field : { ...field, message: inner })
  }
  const isWhole = [...message.byName].every(([name, field]) => byName.get(name) === field)
  return isWhole ? message : { ...message, byName }
}
