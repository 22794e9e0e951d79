import type { Env } from '../../component/env.ts'
import type { AppendFile, Written } from './append_file.ts'
import { type Rotation, rotate } from './rotation.ts'

/** Bytes of records that wait for their turn, at most; beyond, `write` answers `EBUSY`. */
export const WAITING_BYTES_MAX = 67_108_864

/** Writes records in the order in which they came, and puts the file aside when it is full. */
export interface FileWriter {
  /** Opens the file. Rejects when that cannot be done. */
  open(): Promise<void>
  /** Resolves once the record is in the file, or is known not to be. Never rejects. */
  write(record: Uint8Array): Promise<Written>
  /** Waits for what is being written, then closes. */
  close(): Promise<void>
}

/** @param rotation absent: the file grows for ever, or another thread puts it aside. */
export function createFileWriter(
  path: string,
  file: AppendFile,
  rotation: Rotation | undefined,
  { clock, log }: Pick<Env, 'clock' | 'log'>,
): FileWriter {
  let waitingBytes = 0
  /** Settles when everything asked for so far is done. */
  let turn: Promise<unknown> = Promise.resolve()
  /** When the last file was put aside; the next is named for a later time, even when the clock is set back. */
  let lastAsideMs = 0
  /** The trouble that has been logged, so that the same one is not logged for every record. */
  let trouble = ''

  async function makeRoom(rules: Rotation, recordBytes: number): Promise<void> {
    await file.ready()
    if (file.sizeBytes === 0 || file.sizeBytes + recordBytes <= rules.maxBytes) return
    await file.close()
    const { atMs, stuck } = await rotate(path, rules, Math.max(clock.nowMs(), lastAsideMs + 1))
    lastAsideMs = atMs
    if (stuck.length > 0) log.warn('Old files could not be deleted', { path, files: stuck })
  }

  /** A file that cannot be put aside grows on: better too long than without the telemetry. */
  function notPutAside(error: NodeJS.ErrnoException): void {
    if (trouble === error.code) return
    trouble = error.code ?? 'UNKNOWN'
    log.error('File could not be put aside', { path, error: error.message })
  }

  async function writeNow(record: Uint8Array): Promise<Written> {
    if (rotation) await makeRoom(rotation, record.length).catch(notPutAside)
    const written = await file.append(record)
    if (!written.ok && trouble !== written.code) {
      trouble = written.code
      log.error('File could not be written', { path, error: written.message })
    }
    if (written.ok) trouble = ''
    return written
  }

  return {
    open: () => file.ready(),
    async write(record) {
      if (waitingBytes > 0 && waitingBytes + record.length > WAITING_BYTES_MAX) {
        return { ok: false, code: 'EBUSY', message: `${path} is written more slowly than telemetry comes in` }
      }
      waitingBytes += record.length
      const written = turn.then(() => writeNow(record))
      turn = written
      const result = await written
      waitingBytes -= record.length
      return result
    },
    async close() {
      await turn
      await file.close()
    },
  }
}
