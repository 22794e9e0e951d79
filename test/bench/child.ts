import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { allocatorEnv, v8Flags } from '../../service/memory_settings.mjs'

/** What a process has used from its start to its end, all threads together. */
export interface Spent {
  readonly cpuSeconds: number
  /** Most resident memory at any time. */
  readonly peakMiB: number
}

/** One process from start to end. */
export interface Ended extends Spent {
  readonly output: string
}

/** Runs a program with the flags that the launcher gives, to its end. Rejects when it fails. */
export async function runMeasured(
  script: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Ended> {
  const preload = new URL('./tell_usage.ts', import.meta.url).href
  const child = spawn(process.execPath, [...launchFlags(flags), '--import', preload, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: launchEnv(),
  })
  const [output, spent, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stdio[3] as Readable),
    once(child, 'exit'),
  ])
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${code}`)
  return { ...(JSON.parse(spent) as Spent), output }
}

/** The environment as the launcher gives it. */
export function launchEnv(): NodeJS.ProcessEnv {
  return allocatorEnv(process.env)
}

/** V8's flags as the launcher sets them. */
export function launchFlags(more: readonly string[] = []): readonly string[] {
  return v8Flags({}, [...more])
}

/** A file of the project, from its path in the tree. */
export function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url))
}
