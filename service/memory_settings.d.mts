export const SEMI_SPACE_MIB: number
export const HEAP_GROWING_PERCENT: number
export const OWN_BLOCK_BYTES: number
export function allocatorEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined>
export function goMemoryLimitBytes(text: string | undefined): number | undefined
export function v8Flags(env: Readonly<Record<string, string | undefined>>, given: readonly string[]): string[]
