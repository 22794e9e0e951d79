import { readFileSync } from 'node:fs'
import type { Outside } from './outside.ts'

/** The process's own environment and files. */
export const machine: Outside = {
  env: (name) => process.env[name],
  readFile: (path) => readFileSync(path, 'utf8'),
}
