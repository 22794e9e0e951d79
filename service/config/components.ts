import type { Catalogue, FactoryIn, Section } from './catalogue.ts'
import { find } from './catalogue.ts'
import { parseComponentId } from './component_id.ts'
import type { Configured } from './configuration.ts'
import { decode } from './decode.ts'
import type { Report } from './issue.ts'
import { nearest } from './suggest.ts'
import { type MapEntry, type MapNode, nodeAt, placeAt } from './tree.ts'

/** The components of one section, and every id that was written there, right or wrong. */
export interface ReadSection<S extends Section> {
  readonly configured: ReadonlyMap<string, Configured<S>>
  readonly written: ReadonlySet<string>
}

/** Finds the factory of every component in `section` and lets it parse what is written under the id. */
export async function readSection<S extends Section>(
  section: S,
  root: MapNode,
  catalogue: Catalogue,
  report: Report,
): Promise<ReadSection<S>> {
  const node = nodeAt(root, [section])
  const configured = new Map<string, Configured<S>>()
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return { configured, written: new Set() }
  if (node.kind !== 'map') {
    const message = `'${section}' expected a map, got '${node.kind === 'list' ? 'list' : typeof node.value}'`
    report.issues.push({ place: node.place, path: [section], message })
    return { configured, written: new Set() }
  }
  for (const [id, entry] of node.entries) {
    const factory = await factoryOf(section, id, entry, catalogue, report)
    if (factory === undefined) continue
    const decoded = decode(factory.config, root, [section, id])
    if (decoded.ok) configured.set(id.trim(), { id: id.trim(), factory, config: decoded.value })
    else report.issues.push(...decoded.issues)
  }
  return { configured, written: new Set([...node.entries.keys()].map((id) => id.trim())) }
}

async function factoryOf<S extends Section>(
  section: S,
  id: string,
  entry: MapEntry,
  catalogue: Catalogue,
  report: Report,
): Promise<FactoryIn[S] | undefined> {
  const place = entry.keyPlace
  const parsed = parseComponentId(id)
  if (typeof parsed === 'string') {
    report.issues.push({ place, path: [section, id], message: `'${section}' ${parsed}` })
    return undefined
  }
  const found = find(catalogue, section, parsed.type)
  if (found === undefined) {
    report.issues.push({ place, path: [section, id], ...unknownType(section, id, parsed.type, catalogue) })
    return undefined
  }
  if (found.deprecated) {
    const message = `"${parsed.type}" alias is deprecated; use "${found.entry.type}" instead`
    report.notices.push({ place, message, fields: { id } })
  }
  return found.entry.load()
}

/** The Collector's sentence, its list being what is built in here. */
function unknownType(
  section: Section,
  id: string,
  type: string,
  catalogue: Catalogue,
): { message: string; hint?: string } {
  const known = catalogue[section].map((entry) => entry.type).toSorted()
  const message = `'${section}' unknown type: "${type}" for id: "${id}" (valid values: [${known.join(' ')}])`
  const near = nearest(type, [...known, ...catalogue[section].flatMap((entry) => entry.deprecated)])
  if (near === undefined) return { message }
  return { message, hint: `did you mean "${find(catalogue, section, near)?.entry.type}"?` }
}

/** An id that is in both sections: a pipeline could not say which it means. */
export function checkAmbiguous(root: MapNode, sections: Record<Section, ReadSection<Section>>, report: Report): void {
  for (const [section, singular] of [
    ['exporters', 'exporter'],
    ['receivers', 'receiver'],
  ] as const) {
    for (const id of sections.connectors.written) {
      if (!sections[section].written.has(id)) continue
      const path = ['connectors', id]
      const message =
        `ambiguous ID: Found both "${id}" ${singular} and "${id}" connector. ` +
        `Change one of the components' IDs to eliminate ambiguity (e.g. rename "${id}" connector to "${id}/connector")`
      report.issues.push({ place: placeAt(root, path), path, message })
    }
  }
}
