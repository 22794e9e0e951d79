import { statSync } from 'node:fs'

/** What is wrong with the files that were named: missing ones, folders, none at all. */
export function problemsWith(files: readonly string[]): readonly string[] {
  if (files.length === 0) return ['no recording given']
  return files.flatMap((file) => {
    const status = statSync(file, { throwIfNoEntry: false })
    if (status === undefined) return [`${file}: no such file`]
    return status.isFile() ? [] : [`${file}: not a file`]
  })
}

/** Whether reading or decompressing a file threw this; anything else is a bug. */
export function isBadFile(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(E[A-Z]+|Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code))
}
