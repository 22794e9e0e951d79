/** What loading a configuration may ask of the machine. */
export interface Outside {
  /** Undefined when the variable is not set. */
  env(name: string): string | undefined
  /** Contents of a text file; throws as Node does. */
  readFile(path: string): string
}

/** The same files and variables whatever happens: for tests, and for what is embedded. */
export function fixedOutside(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>): Outside {
  return {
    env: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    readFile(path) {
      if (Object.hasOwn(files, path)) return files[path]!
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' })
    },
  }
}
