/**
 * Spans of middleware, which nothing hangs from and which no detector reads, are three in ten. Internal spans that
 * others hang from stay: they lead from a server's span to the calls it made.
 */

interface Span {
  readonly spanId: string
  readonly parentSpanId?: string
  readonly kind?: number
}
interface Traces {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { spans: Span[] }[] }[]
}

const INTERNAL = 1

/** @returns the lines without internal spans that have no child anywhere in the recording. */
export function withoutLeaves(lines: readonly string[]): readonly string[] {
  const parents = new Set(lines.flatMap((line) => spansIn(line).map(({ parentSpanId }) => parentSpanId)))
  return lines.flatMap((line) => {
    if (!isTraces(line)) return [line]
    const request = JSON.parse(line) as Traces
    const resourceSpans = request.resourceSpans
      .map(({ scopeSpans, ...rest }) => ({
        ...rest,
        scopeSpans: scopeSpans
          .map((scope) => ({
            ...scope,
            spans: scope.spans.filter(({ kind, spanId }) => kind !== INTERNAL || parents.has(spanId)),
          }))
          .filter(({ spans }) => spans.length > 0),
      }))
      .filter(({ scopeSpans }) => scopeSpans.length > 0)
    return resourceSpans.length === 0 ? [] : [JSON.stringify({ resourceSpans })]
  })
}

/** Whether a line of a recording is of spans. */
export function isTraces(line: string): boolean {
  return line.startsWith('{"resourceSpans"')
}

function spansIn(line: string): readonly Span[] {
  if (!isTraces(line)) return []
  const { resourceSpans } = JSON.parse(line) as Traces
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}
