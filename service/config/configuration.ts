import type { Signal } from '../../component/payload.ts'
import type { FactoryIn, Section } from './catalogue.ts'
import type { ServiceConfig } from './service_schema.ts'
import type { MapNode } from './tree.ts'

/** A component as configured: its factory found, its configuration parsed and complete. */
export interface Configured<S extends Section = Section> {
  /** As written: pipelines refer to it by this. */
  readonly id: string
  readonly factory: FactoryIn[S]
  readonly config: unknown
}

/** A pipeline as configured, each id of its receivers and exporters once. */
export interface Pipeline {
  /** `traces` or `traces/name`. */
  readonly id: string
  readonly signal: Signal
  readonly receivers: readonly string[]
  readonly processors: readonly string[]
  readonly exporters: readonly string[]
}

/** A configuration in which nothing is wrong. */
export interface Configuration {
  readonly receivers: ReadonlyMap<string, Configured<'receivers'>>
  readonly processors: ReadonlyMap<string, Configured<'processors'>>
  readonly exporters: ReadonlyMap<string, Configured<'exporters'>>
  readonly connectors: ReadonlyMap<string, Configured<'connectors'>>
  readonly extensions: ReadonlyMap<string, Configured<'extensions'>>
  readonly pipelines: readonly Pipeline[]
  readonly service: ServiceConfig
  /** As merged and expanded, before any component looked at it. */
  readonly tree: MapNode
}
