import { execFileSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A Node that was on the machine before this project came. */
export interface SystemNode {
  readonly path: string
  readonly version: string
}

/** The first Node on the PATH that no `node_modules` holds; undefined where there is none. */
export function systemNode(): SystemNode | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'node')
    if (folder.includes('node_modules') || !existsSync(path) || realpathSync(path).includes('node_modules')) continue
    return { path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() }
  }
  return undefined
}
