/**
 * A file that records are added to, one after the other, whole or not at all.
 *
 * Telemetry is told to be taken only when its record has been written. When a write fails half-way (the disk is full)
 * the file is cut back to where the record began: what was refused is not there, and what is there can be read. Then
 * the file is closed, and opened anew for the next record, so that a disk that has room again or a directory that came
 * back is found without a restart.
 */

import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What became of a record; `code` is the operating system's: `ENOSPC`, `EACCES` … */
export type Written = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }

/** How the file is to be treated. */
export interface FileRules {
  readonly path: string
  /** Empty the file when it is opened for the first time. */
  readonly truncate: boolean
  /** Permissions of a file that is made. */
  readonly mode: number
  /** Make the directory, with these permissions, when it is not there. */
  readonly directoryMode?: number
  /** Other threads write to the file too: it is never cut back, and found again when it has been put aside. */
  readonly shared: boolean
  /** Ends a torn record that could not be cut away; empty where nothing can. */
  readonly separator: Uint8Array
}

/** Opens files; an argument so that tests can have disks that fail. */
export type OpenFile = typeof open

/** Owner of one file handle. Calls must not overlap: whoever holds it waits for one before the next. */
export class AppendFile {
  readonly #rules: FileRules
  readonly #open: OpenFile
  #handle: FileHandle | undefined
  #inode = 0
  #truncate: boolean
  /** The last record in the file is torn. */
  #torn = false
  /** Length of the file up to the last whole record, bytes. */
  sizeBytes = 0

  constructor(rules: FileRules, openFile: OpenFile = open) {
    this.#rules = rules
    this.#open = openFile
    this.#truncate = rules.truncate
  }

  /** Opens the file if it is not open. Throws what the operating system says. */
  async ready(): Promise<void> {
    if (this.#rules.shared && this.#handle && !(await this.#lookAgain())) await this.close()
    if (this.#handle) return
    const { path, mode, directoryMode } = this.#rules
    if (directoryMode !== undefined) await mkdir(dirname(path), { recursive: true, mode: directoryMode })
    const truncate = this.#truncate ? constants.O_TRUNC : 0
    const handle = await this.#open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | truncate, mode)
    this.#truncate = false
    this.#handle = handle
    const { size, ino } = await handle.stat()
    this.sizeBytes = size
    this.#inode = ino
  }

  /** Adds a record, whole or not at all. Never throws. */
  async append(record: Uint8Array): Promise<Written> {
    try {
      await this.ready()
      const bytes = this.#torn ? Buffer.concat([this.#rules.separator, record]) : record
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle!.write(bytes, done)
        done += bytesWritten
        this.#torn = done < bytes.length
      }
      this.sizeBytes += bytes.length
      return { ok: true }
    } catch (error) {
      await this.#mend()
      const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException
      return { ok: false, code, message }
    }
  }

  /** Closes the file; the next record opens it again. Never throws. */
  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => {})
  }

  /** Cuts a torn record away if there is one and it can be, and closes. */
  async #mend(): Promise<void> {
    if (this.#torn && !this.#rules.shared && this.#handle) {
      await this.#handle.truncate(this.sizeBytes).then(
        () => {
          this.#torn = false
        },
        () => {},
      )
    }
    await this.close()
  }

  /** Is the file at the path still the one that is open? Other threads may have made it longer. */
  async #lookAgain(): Promise<boolean> {
    const found = await stat(this.#rules.path).catch(() => undefined)
    if (found?.ino !== this.#inode) return false
    this.sizeBytes = found.size
    return true
  }
}
