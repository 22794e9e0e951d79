import type {
  ConnectorFactory,
  ExporterFactory,
  ExtensionFactory,
  Factory,
  ProcessorFactory,
  ReceiverFactory,
} from '../../component/component.ts'

/** The sections of a configuration that hold components. */
export type Section = 'receivers' | 'processors' | 'exporters' | 'connectors' | 'extensions'

/** In the order in which `components` lists them. */
export const SECTIONS: readonly Section[] = ['receivers', 'processors', 'exporters', 'connectors', 'extensions']

/** What each section is made of. Configurations of components are their own business: nobody here looks into them. */
export interface FactoryIn {
  readonly receivers: ReceiverFactory<unknown>
  readonly processors: ProcessorFactory<unknown>
  readonly exporters: ExporterFactory<unknown>
  readonly connectors: ConnectorFactory<unknown>
  readonly extensions: ExtensionFactory<unknown>
}

/** A component that is built in, loaded only when a configuration names it. */
export interface CatalogueEntry<S extends Section = Section> {
  readonly type: string
  /** Older names; using one is worth a warning. */
  readonly deprecated: readonly string[]
  load(): Promise<FactoryIn[S]>
}

/** Everything that is built in. */
export type Catalogue = { readonly [S in Section]: readonly CatalogueEntry<S>[] }

/** The section in which components of a factory's kind are written. */
export function sectionOf(kind: Factory['kind']): Section {
  return `${kind}s`
}

/** What is built in under a name, old or new. */
export function find<S extends Section>(
  catalogue: Catalogue,
  section: S,
  type: string,
): { readonly entry: CatalogueEntry<S>; readonly deprecated: boolean } | undefined {
  const entries: readonly CatalogueEntry<S>[] = catalogue[section]
  const entry = entries.find((one) => one.type === type || one.deprecated.includes(type))
  return entry === undefined ? undefined : { entry, deprecated: entry.type !== type }
}
