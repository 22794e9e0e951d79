/**
 * Where configuration text comes from: `file:path`, `env:NAME`, `yaml:text`. The same three serve `--config` and the
 * expansions `${…}` inside values.
 */

import type { Report } from './issue.ts'
import type { Outside } from './outside.ts'
import type { Place } from './tree.ts'

/** Schemes we know, as the Collector lists them. */
const SCHEMES: readonly string[] = ['env', 'file', 'yaml']

const ENV_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const ENV_SHORT = /^[a-zA-Z_][a-zA-Z0-9_]*(?::-|$)/
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):([\s\S]*)$/

/** The text of a source and the name under which its places are told. */
export interface Retrieved {
  readonly text: string
  /** The text has lines of its own: a file, or YAML on the command line. */
  readonly file: string
  readonly ownPlaces: boolean
}

/**
 * The text behind a URI.
 * @param uri with its scheme; `implied` is taken when there is none.
 * @param place where the URI is written, for the report.
 */
export function retrieve(
  uri: string,
  implied: 'env' | 'file',
  outside: Outside,
  place: Place | undefined,
  report: Report,
): Retrieved | undefined {
  const { scheme, rest } = split(uri, implied)
  switch (scheme) {
    case 'env':
      return fromEnv(rest, outside, place, report)
    case 'file':
      return fromFile(rest, outside, place, report)
    case 'yaml':
      return { text: rest, file: `yaml:${shortened(rest)}`, ownPlaces: true }
    default: {
      const message = `scheme "${scheme}" is not supported for uri "${uri}"`
      report.issues.push({ ...at(place), path: [], message, hint: `supported: ${SCHEMES.join(', ')}` })
      return undefined
    }
  }
}

function split(uri: string, implied: 'env' | 'file'): { scheme: string; rest: string } {
  if (implied === 'env' && ENV_SHORT.test(uri)) return { scheme: 'env', rest: uri }
  const match = SCHEME.exec(uri)
  return match === null ? { scheme: implied, rest: uri } : { scheme: match[1]!, rest: match[2]! }
}

function fromEnv(rest: string, outside: Outside, place: Place | undefined, report: Report): Retrieved | undefined {
  const dash = rest.indexOf(':-')
  const name = dash < 0 ? rest : rest.slice(0, dash)
  if (!ENV_NAME.test(name)) {
    const message = `environment variable "${name}" has invalid name: must match regex ${ENV_NAME.source}`
    report.issues.push({ ...at(place), path: [], message })
    return undefined
  }
  const value = outside.env(name) ?? (dash < 0 ? undefined : rest.slice(dash + 2))
  if (value === undefined) {
    const message = 'Configuration references unset environment variable'
    report.notices.push({ ...at(place), message, fields: { name } })
  }
  return { text: value ?? '', file: `env:${name}`, ownPlaces: place === undefined }
}

function fromFile(path: string, outside: Outside, place: Place | undefined, report: Report): Retrieved | undefined {
  try {
    return { text: outside.readFile(path), file: path, ownPlaces: true }
  } catch (error) {
    const message = `unable to read the file file:${path}: ${reason(path, error)}`
    report.issues.push({ ...at(place), path: [], message })
    return undefined
  }
}

function reason(path: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return `open ${path}: no such file or directory`
  if (code === 'EACCES') return `open ${path}: permission denied`
  if (code === 'EISDIR') return `read ${path}: is a directory`
  return error instanceof Error ? error.message : String(error)
}

function at(place: Place | undefined): { place: Place } | Record<string, never> {
  return place === undefined ? {} : { place }
}

function shortened(text: string): string {
  const line = text.split('\n', 1)[0]!
  return line.length > 40 || line.length < text.length ? `${line.slice(0, 39)}…` : line
}
