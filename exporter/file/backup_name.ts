/**
 * Names of the files that rotation puts aside: `spans.json` becomes `spans-2026-01-31T09-05-07.042-size.json`. It is
 * the form in which the Collector names them; the last word tells why the file was put aside.
 */

import { parse } from 'node:path'

/** How many files that were put aside may stay. 0 = no bound. */
export interface Retention {
  readonly maxBackups: number
  readonly maxDays: number
}

const DAY_MS = 86_400_000
const STAMP = /^-(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)\.(\d{3})(?:-[a-z]+)?$/

/**
 * @param path of the file in use.
 * @param localtime the machine's time zone instead of UTC.
 * @example backupName('/var/log/spans.json', 0, false) // => 'spans-1970-01-01T00-00-00.000-size.json'
 */
export function backupName(path: string, atMs: number, localtime: boolean): string {
  const { name, ext } = parse(path)
  const shiftMs = localtime ? new Date(atMs).getTimezoneOffset() * 60_000 : 0
  const stamp = new Date(atMs - shiftMs).toISOString().slice(0, -1).replaceAll(':', '-')
  return `${name}-${stamp}-size${ext}`
}

/** When a file was put aside, milliseconds since 1970; undefined for a name that is not of that form. */
export function backupTimeMs(path: string, fileName: string, localtime: boolean): number | undefined {
  const { name, ext } = parse(path)
  if (!fileName.startsWith(name) || !fileName.endsWith(ext)) return undefined
  const digits = STAMP.exec(fileName.slice(name.length, fileName.length - ext.length))
    ?.slice(1)
    .map(Number)
  if (digits === undefined) return undefined
  const [year, month, day, hour, minute, second, millis] = digits as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return localtime
    ? new Date(year, month - 1, day, hour, minute, second, millis).getTime()
    : Date.UTC(year, month - 1, day, hour, minute, second, millis)
}

/**
 * Which files of a directory have to go.
 *
 * @param fileNames all that lies in the directory, in any order.
 */
export function expired(
  path: string,
  fileNames: readonly string[],
  { maxBackups, maxDays }: Retention,
  localtime: boolean,
  nowMs: number,
): readonly string[] {
  const backups = fileNames
    .flatMap((name) => {
      const atMs = backupTimeMs(path, name, localtime)
      return atMs === undefined ? [] : [{ name, atMs }]
    })
    .toSorted((a, b) => b.atMs - a.atMs || (a.name < b.name ? 1 : -1))
  return backups
    .filter(
      ({ atMs }, newer) => (maxBackups > 0 && newer >= maxBackups) || (maxDays > 0 && nowMs - atMs > maxDays * DAY_MS),
    )
    .map(({ name }) => name)
}
