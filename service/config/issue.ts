import type { Place, Step } from './tree.ts'

/** One thing that is wrong with the configuration, said so that it can be put right without looking elsewhere. */
export interface Issue {
  readonly place?: Place
  /** Keys from the root: `['receivers', 'otlp', 'protocols']`. */
  readonly path: readonly Step[]
  /** What is wrong, in the Collector's words where it has some. */
  readonly message: string
  /** What would be right. */
  readonly hint?: string
}

/** Something that works and still deserves a line in the log. */
export interface Notice {
  readonly place?: Place
  readonly message: string
  readonly fields?: Readonly<Record<string, unknown>>
}

/** Where the steps of loading put what they find; loading goes on, so that every error is told at once. */
export interface Report {
  readonly issues: Issue[]
  readonly notices: Notice[]
}

/** Nothing found yet. */
export function emptyReport(): Report {
  return { issues: [], notices: [] }
}

/**
 * One line: `file:line:column: path: message; hint`.
 *
 * @example 'relay.yaml:5:9: receivers::otlp::protocols: has invalid keys: htttp; did you mean "http"?'
 */
export function renderIssue(issue: Issue): string {
  const parts: string[] = []
  if (issue.place !== undefined) parts.push(renderPlace(issue.place))
  if (issue.path.length > 0) parts.push(issue.path.join('::'))
  parts.push(issue.hint === undefined ? issue.message : `${issue.message}; ${issue.hint}`)
  return parts.join(': ')
}

/** `file:line:column`, or the file alone where lines mean nothing. */
export function renderPlace(place: Place): string {
  return place.line === 0 ? place.file : `${place.file}:${place.line}:${place.column}`
}

/** Reading order: file by file, from the top down. */
export function sortedIssues(issues: readonly Issue[]): readonly Issue[] {
  return issues.toSorted((a, b) => {
    if (a.place === undefined || b.place === undefined)
      return Number(b.place !== undefined) - Number(a.place !== undefined)
    if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1
    return a.place.line - b.place.line || a.place.column - b.place.column
  })
}
