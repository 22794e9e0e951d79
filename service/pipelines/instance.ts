import assert from 'node:assert/strict'
import type { Component, Consumer, Feeder, Gatherer, Settings, Watcher } from '../../component/component.ts'
import { SIGNALS, type Signal } from '../../component/payload.ts'
import type { Configuration } from '../config/configuration.ts'
import { countThrough } from './count_through.ts'
import { createLink, type Link } from './link.ts'
import type { PlanNode } from './plan.ts'

/** A component that has been built, and what joins it to the others. */
export interface Instance {
  readonly node: PlanNode
  readonly component: Component & Partial<Gatherer> & Partial<Feeder> & Partial<Watcher>
  /** What others hand telemetry to; undefined for receivers and extensions. */
  input(signal: Signal): Consumer | undefined
  /** What it was given as `next`; where they lead may change while it lives. */
  readonly links: Partial<Readonly<Record<Signal, Link>>>
}

/** Builds one component. Throws what its factory throws. */
export function createInstance(node: PlanNode, configuration: Configuration, settings: Settings): Instance {
  const links: Partial<Record<Signal, Link>> = {}
  for (const signal of SIGNALS) if (node.outputs[signal] !== undefined) links[signal] = createLink()
  const { id, signal } = node
  switch (node.kind) {
    case 'receiver': {
      const { factory, config } = configuration.receivers.get(id)!
      return { node, links, component: factory.create(settings, config, links), input: () => undefined }
    }
    case 'processor': {
      const { factory, config } = configuration.processors.get(id)!
      const next = links[signal!]
      assert(next !== undefined, 'a processor always hands on')
      const through = countThrough(settings, signal!)
      const component = factory.create(settings, signal!, config, through.outgoing(next))
      const incoming = through.incoming(component)
      return { node, links, component, input: () => incoming }
    }
    case 'exporter': {
      const { factory, config } = configuration.exporters.get(id)!
      const component = factory.create(settings, signal!, config)
      return { node, links, component, input: () => component }
    }
    case 'connector': {
      const { factory, config } = configuration.connectors.get(id)!
      const component = factory.create(settings, config, links)
      return { node, links, component, input: (into) => component.inputs[into] }
    }
    case 'extension': {
      const { factory, config } = configuration.extensions.get(id)!
      return { node, links, component: factory.create(settings, config), input: () => undefined }
    }
  }
}
