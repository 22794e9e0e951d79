import { z } from 'zod'

/**
 * A group of keys as Collector configurations treat it: a key with nothing under it (`grpc:`) means the group with all
 * its defaults, as `{}` does. Make it `.optional()` where an absent key must mean something else.
 */
export function block<Shape extends z.ZodType>(schema: Shape): z.ZodPreprocess<Shape> {
  return z.preprocess((raw) => raw ?? {}, schema)
}

/**
 * A key that the Collector knows and that is not built in here. Better refused with the reason than taken in silence,
 * above all where it is about who may come in.
 */
export function notBuiltIn(why: string): z.ZodOptional<z.ZodType<undefined>> {
  return z.custom<undefined>((value) => value === undefined, { error: `is not supported: ${why}` }).optional()
}

/** A key whose values are accepted and change nothing here; its doc says why there is nothing to change. */
export function withoutEffect(): z.ZodOptional<z.ZodType<unknown>> {
  return z.unknown().optional()
}
