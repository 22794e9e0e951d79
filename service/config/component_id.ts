/** `type` or `type/name`, as components are called in configurations. */
export interface ComponentId {
  readonly type: string
  /** '' when only the type is written. */
  readonly name: string
}

const TYPE = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/
const NAME_MAX = 1024

/**
 * Splits an id; the messages are the Collector's.
 *
 * @example parseComponentId('otlp_grpc/jaeger') // => { type: 'otlp_grpc', name: 'jaeger' }
 * @example parseComponentId('otlp/') // => 'in "otlp/" id: the part after / should not be empty'
 */
export function parseComponentId(id: string): ComponentId | string {
  if (id.trim() === '') return 'id must not be empty'
  const slash = id.indexOf('/')
  const type = (slash < 0 ? id : id.slice(0, slash)).trim()
  const name = slash < 0 ? '' : id.slice(slash + 1).trim()
  if (type === '') return `in "${id}" id: the part before / should not be empty`
  if (slash >= 0 && name === '') return `in "${id}" id: the part after / should not be empty`
  if (!TYPE.test(type)) return `in "${id}" id: invalid character(s) in type "${type}"`
  if (name.length > NAME_MAX || /\p{C}/u.test(name)) return `in "${id}" id: invalid character(s) in name`
  return { type, name }
}
