import type { FileWriter } from './file_writer.ts'

/**
 * One file for several exporters. The pipelines of traces, metrics and logs each have an exporter of their own, but
 * one `file` in the configuration is one file: it is opened by the first that starts and closed by the last that stops.
 */
export function shareWriters(): (key: string, make: () => FileWriter) => FileWriter {
  const shared = new Map<string, { readonly writer: FileWriter; users: number; opened: Promise<void> }>()
  return (key, make) => {
    let mine: ReturnType<typeof shared.get>
    return {
      async open() {
        const found = shared.get(key)
        if (found) found.users += 1
        else {
          const writer = make()
          shared.set(key, { writer, users: 1, opened: writer.open() })
        }
        mine = shared.get(key)
        await mine!.opened
      },
      async write(record) {
        return mine ? mine.writer.write(record) : { ok: false, code: 'EBADF', message: 'the file is not open' }
      },
      async close() {
        const leaving = mine
        mine = undefined
        if (!leaving) return
        leaving.users -= 1
        if (leaving.users > 0) return
        shared.delete(key)
        await leaving.writer.close()
      },
    }
  }
}
