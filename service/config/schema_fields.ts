import type { z } from 'zod'
import type { Step } from './tree.ts'

/**
 * The keys that a schema knows at `path`, for "did you mean". Looks through what wraps a type: optional, default,
 * pipes, unions. Empty where the schema knows no keys by name.
 */
export function fieldsAt(schema: z.ZodType, path: readonly Step[]): readonly string[] {
  let at: readonly Def[] = layers(schema as unknown as Def)
  for (const step of path) at = at.flatMap((layer) => inner(layer, step).flatMap((one) => layers(one)))
  return [...new Set(at.flatMap((layer) => Object.keys(layer._zod.def.shape ?? {})))]
}

/** The parts of zod's own description of a schema that we look at. */
interface Def {
  readonly _zod: {
    readonly def: {
      readonly type: string
      readonly innerType?: Def
      readonly in?: Def
      readonly out?: Def
      readonly left?: Def
      readonly right?: Def
      readonly options?: readonly Def[]
      readonly shape?: Readonly<Record<string, Def>>
      readonly valueType?: Def
      readonly element?: Def
      readonly getter?: () => Def
    }
  }
}

/** No schema of ours wraps a type deeper; a recursive one would otherwise never end. */
const LAYERS_MAX = 20

function layers(schema: Def, depth = 0): readonly Def[] {
  if (depth > LAYERS_MAX) return []
  const def = schema._zod.def
  const under = [def.innerType, def.in, def.out, def.left, def.right, def.getter?.(), ...(def.options ?? [])]
  const found = under.filter((layer) => layer !== undefined).flatMap((layer) => layers(layer, depth + 1))
  return def.shape !== undefined || def.valueType !== undefined || def.element !== undefined
    ? [schema, ...found]
    : found
}

function inner(schema: Def, step: Step): readonly Def[] {
  const { shape, valueType, element } = schema._zod.def
  const field = typeof step === 'string' && shape !== undefined && Object.hasOwn(shape, step) ? shape[step] : undefined
  return [field, typeof step === 'string' ? valueType : element].filter((layer) => layer !== undefined)
}
