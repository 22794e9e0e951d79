import { resolve } from 'node:path'
import type { Component, Consumer, ExporterFactory, Host, Settings } from '../../component/component.ts'
import { itemCounter } from '../../component/item_counter.ts'
import { accepted, type Outcome, permanent, unavailable } from '../../component/outcome.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import { AppendFile } from './append_file.ts'
import { type FileConfig, fileConfig } from './config.ts'
import { createFileWriter, type FileWriter } from './file_writer.ts'
import { encodeRecord, isLines, NEWLINE } from './record.ts'
import { shareWriters } from './shared_writer.ts'

/** Of google.rpc.Code. */
const INVALID_ARGUMENT = 3
const MIB = 1_048_576
const DEFAULT_MEGABYTES = 100

/** Writes telemetry to a file, one request a line, as the Collector's file exporter does; `leakmesh replay` reads it. */
export const fileExporter: ExporterFactory<FileConfig> = {
  kind: 'exporter',
  type: 'file',
  stability: { traces: 'alpha', metrics: 'alpha', logs: 'alpha' },
  config: fileConfig,
  create: createFileExporter,
}

/** Writers that exporters of one process have in common; gone with the process's host. */
const writers = new WeakMap<Host, ReturnType<typeof shareWriters>>()

function createFileExporter(settings: Settings, signal: Signal, config: FileConfig): Component & Consumer {
  const { id, env, host } = settings
  const share = writers.get(host) ?? shareWriters()
  writers.set(host, share)
  const writer = share(JSON.stringify([resolve(config.path), config]), () => makeWriter(settings, config))
  const countSent = itemCounter(env.meter, 'otelcol_exporter_sent', signal, { exporter: id })
  const countFailed = itemCounter(env.meter, 'otelcol_exporter_send_failed', signal, { exporter: id })
  const errors = env.meter.createCounter('leakmesh_exporter_file_write_errors', {
    description: 'Requests that could not be written, by what the operating system said',
  })

  async function write(payload: Payload): Promise<Outcome> {
    const record = await encodeRecord(config, payload)
    if (!(record instanceof Uint8Array)) return permanent(record.message, INVALID_ARGUMENT)
    const written = await writer.write(record)
    if (written.ok) return accepted
    errors.add(1, { exporter: id, code: written.code })
    return unavailable(`file cannot be written: ${written.message}`)
  }

  return {
    start: () => writer.open(),
    shutdown: () => writer.close(),
    async consume(payload) {
      const outcome = await write(payload)
      if (outcome.ok) countSent(payload.items)
      else countFailed(payload.items)
      return outcome
    },
  }
}

function makeWriter({ env, host }: Settings, config: FileConfig): FileWriter {
  const { path, rotation } = config
  const first = host.thread === 0
  const directoryMode = Number.parseInt(config.directory_permissions || '0755', 8)
  const file = new AppendFile({
    path,
    // Of several threads only the first empties and puts aside; a file that is rotated is never emptied.
    truncate: first && !config.append && rotation === undefined,
    shared: host.reusePort,
    separator: isLines(config) ? NEWLINE : new Uint8Array(0),
    ...(config.create_directory && { directoryMode }),
    mode: rotation === undefined ? 0o644 : 0o640,
  })
  const rules = rotation && {
    maxBytes: (rotation.max_megabytes || DEFAULT_MEGABYTES) * MIB,
    maxBackups: rotation.max_backups,
    maxDays: rotation.max_days,
    localtime: rotation.localtime,
  }
  return createFileWriter(path, file, first ? rules : undefined, env)
}
