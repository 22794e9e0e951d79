import { readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { backupName, expired, type Retention } from './backup_name.ts'

/** When a file is put aside, and how long it stays. */
export interface Rotation extends Retention {
  readonly maxBytes: number
  readonly localtime: boolean
}

/** What became of it. */
export interface Rotated {
  /** The time in the name. */
  readonly atMs: number
  /** Names of files that should have been deleted and could not be. */
  readonly stuck: readonly string[]
}

/**
 * Puts the file aside under a name that is free, and deletes those that were put aside too long ago or are too many.
 * Throws what the operating system says when the file cannot be put aside.
 *
 * @param nowMs time for the name, later than that of the file put aside before: the names tell which is older.
 */
export async function rotate(path: string, rotation: Rotation, nowMs: number): Promise<Rotated> {
  const directory = dirname(path)
  let atMs = nowMs
  while (await exists(join(directory, backupName(path, atMs, rotation.localtime)))) atMs += 1
  await rename(path, join(directory, backupName(path, atMs, rotation.localtime)))
  const names = await readdir(directory)
  const stuck: string[] = []
  for (const name of expired(path, names, rotation, rotation.localtime, nowMs)) {
    await rm(join(directory, name)).catch(() => stuck.push(name))
  }
  return { atMs, stuck }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
