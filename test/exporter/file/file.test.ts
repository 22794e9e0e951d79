import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { accepted } from '../../../component/outcome.ts'
import type { Signal } from '../../../component/payload.ts'
import { fileExporter } from '../../../exporter/file/factory.ts'
import { encodeRequest } from '../../../proto/messages.ts'
import { fakePayload } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeHost } from '../../component/fake_env.ts'

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'file-exporter-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function exporters(raw: object) {
  const env = fakeEnv({ nowMs: Date.UTC(2026, 0, 31) })
  const host = fakeHost()
  const config = fileExporter.config.parse(raw)
  const create = (signal: Signal) => fileExporter.create({ id: 'file', env, host }, signal, config)
  return { env, create }
}

async function started(signal: Signal, raw: object) {
  const { env, create } = exporters(raw)
  const file = create(signal)
  await file.start()
  return { env, file }
}

const traces = (name: string) => encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans: [{ name }] }] }] })
const logs = (text: string) =>
  encodeRequest('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: text } }] }] }] })

test('[F1] one request a line, however many parts it came in', async (t) => {
  const path = join(scratch(t), 'out.json')
  const { env, file } = await started('traces', { path })
  assert.deepEqual(await file.consume(fakePayload('traces', 2, [traces('a'), traces('b')])), accepted)
  assert.deepEqual(await file.consume(fakePayload('traces', 1, [traces('c')])), accepted)
  const lines = readFileSync(path, 'utf8').split('\n')
  const names = lines
    .slice(0, -1)
    .map((line) =>
      JSON.parse(line).resourceSpans.map(
        (of: { scopeSpans: { spans: { name: string }[] }[] }) => of.scopeSpans[0]!.spans[0]!.name,
      ),
    )
  assert.deepEqual(names, [['a', 'b'], ['c']])
  assert.equal(lines.at(-1), '')
  await file.shutdown(1_000)
  assert.equal(env.metrics.sum('otelcol_exporter_sent_spans', { exporter: 'file' }), 3)
})

test('[F1] signals that share a path share the file', async (t) => {
  const path = join(scratch(t), 'out.json')
  const { create } = exporters({ path })
  const [one, two] = [create('traces'), create('logs')]
  await one.start()
  await one.consume(fakePayload('traces', 1, [traces('a')]))
  await two.start()
  await two.consume(fakePayload('logs', 1, [logs('b')]))
  await one.shutdown(1_000)
  await two.consume(fakePayload('logs', 1, [logs('c')]))
  await two.shutdown(1_000)
  const keys = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Object.keys(JSON.parse(line))[0])
  assert.deepEqual(keys, ['resourceSpans', 'resourceLogs', 'resourceLogs'])
})

/** Records of a file in which each has its length before it. */
function records(bytes: Buffer): Buffer[] {
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    out.push(bytes.subarray(at + 4, end))
    at = end
  }
  return out
}

test('[F1] protobuf and compressed records have their length before them', async (t) => {
  const directory = scratch(t)
  for (const format of ['proto', 'json'] as const) {
    for (const compression of ['none', 'zstd'] as const) {
      if (format === 'json' && compression === 'none') continue
      const path = join(directory, `${format}.${compression}`)
      const { file } = await started('traces', { path, format, compression })
      for (const name of ['a', 'b']) await file.consume(fakePayload('traces', 1, [traces(name)]))
      await file.shutdown(1_000)
      const plain = records(readFileSync(path)).map((one) => (compression === 'zstd' ? zstdDecompressSync(one) : one))
      if (format === 'proto')
        assert.deepEqual(
          plain.map((one) => [...one]),
          [[...traces('a')], [...traces('b')]],
        )
      else assert.match(plain[1]!.toString(), /^\{.*"name":"b".*\}$/)
    }
  }
})

test('[F2] a file that cannot be written is an answer to the sender and a count, never a crash', async (t) => {
  if (process.getuid?.() === 0)
    t.diagnostic('as root permissions do not hold; a directory that is gone stands for them')
  const directory = join(scratch(t), 'sub')
  mkdirSync(directory)
  const { env, create } = exporters({ path: join(directory, 'out.json') })
  const file = create('traces')
  await file.start()
  await file.shutdown(0)
  const again = create('traces')
  rmSync(directory, { recursive: true })
  await assert.rejects(again.start(), /ENOENT/)
  const outcome = await again.consume(fakePayload('traces', 4, [traces('a')]))
  assert.ok(!outcome.ok && outcome.retryable && outcome.message.includes('ENOENT'), JSON.stringify(outcome))
  assert.equal(env.metrics.sum('otelcol_exporter_send_failed_spans', { exporter: 'file' }), 4)
  assert.equal(env.metrics.sum('leakmesh_exporter_file_write_errors', { exporter: 'file', code: 'ENOENT' }), 1)
  mkdirSync(directory)
  assert.deepEqual(await again.consume(fakePayload('traces', 4, [traces('a')])), accepted)
  await again.shutdown(1_000)
  chmodSync(directory, 0o755)
})

test('[F4] a full file is put aside, the newest are kept, and nothing is lost', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'out.bin')
  const { env, file } = await started('traces', {
    path,
    format: 'proto',
    rotation: { max_megabytes: 1, max_backups: 3 },
  })
  const bytes = 300_000
  for (let i = 0; i < 12; i++) {
    await env.clock.advance(1_000)
    await file.consume(fakePayload('traces', 1, [new Uint8Array(bytes).fill(i)]))
  }
  await file.shutdown(1_000)
  const names = readdirSync(directory).toSorted()
  assert.deepEqual(names, [
    'out-2026-01-31T00-00-04.000-size.bin',
    'out-2026-01-31T00-00-07.000-size.bin',
    'out-2026-01-31T00-00-10.000-size.bin',
    'out.bin',
  ])
  const all = names.flatMap((name) => records(readFileSync(join(directory, name))).map((record) => record[0]))
  assert.deepEqual(all, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('[F4] two files put aside in the same millisecond have different names; old ones go', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'out.bin')
  const { file } = await started('traces', { path, format: 'proto', rotation: { max_megabytes: 1, max_backups: 2 } })
  for (let i = 0; i < 5; i++) await file.consume(fakePayload('traces', 1, [new Uint8Array(1_048_576).fill(i)]))
  await file.shutdown(1_000)
  assert.deepEqual(readdirSync(directory).toSorted(), [
    'out-2026-01-31T00-00-00.002-size.bin',
    'out-2026-01-31T00-00-00.003-size.bin',
    'out.bin',
  ])
})

test('[F3] without append the file is emptied at the start; with it, or with rotation, it goes on', async (t) => {
  const path = join(scratch(t), 'out.json')
  const lines = async (raw: object) => {
    writeFileSync(path, 'old\n')
    const { file } = await started('logs', { path, ...raw })
    await file.consume(fakePayload('logs', 1, [logs('x')]))
    await file.shutdown(1_000)
    return readFileSync(path, 'utf8').split('\n').length - 1
  }
  assert.equal(await lines({}), 1)
  assert.equal(await lines({ append: true }), 2)
  assert.equal(await lines({ rotation: {} }), 2)
})

test('[F6] bytes that are no request are refused for good', async (t) => {
  const { file } = await started('traces', { path: join(scratch(t), 'out.json') })
  const outcome = await file.consume(fakePayload('traces', 1, [Uint8Array.of(10, 200)]))
  await file.shutdown(1_000)
  assert.ok(!outcome.ok && !outcome.retryable)
})

test('[F7] wrong configurations are refused in the Collector’s words', () => {
  const messages = (raw: unknown) => fileExporter.config.safeParse(raw).error?.issues.map((issue) => issue.message)
  const path = 'x'
  assert.deepEqual(messages(null), ['path must be non-empty'])
  assert.deepEqual(messages({ path: '' }), ['path must be non-empty'])
  assert.deepEqual(messages({ path, format: 'xml' }), ['format type is not supported'])
  assert.deepEqual(messages({ path, compression: 'gzip' }), ['compression is not supported'])
  assert.deepEqual(messages({ path, append: true, rotation: null }), [
    'append and rotation enabled at the same time is not supported',
  ])
  assert.deepEqual(messages({ path, append: true, compression: 'zstd' }), [
    'append and compression enabled at the same time is not supported',
  ])
  assert.deepEqual(messages({ path, flush_interval: '-1s' }), ['flush_interval must be larger than zero'])
  assert.deepEqual(messages({ path, directory_permissions: '0755' }), [
    'directory_permissions requires create_directory to be true',
  ])
  const octal = 'directory_permissions value must be a valid octal representation'
  assert.deepEqual(messages({ path, create_directory: true, directory_permissions: '0x7' }), [octal])
  assert.deepEqual(fileExporter.config.parse({ path, rotation: null }).rotation, {
    max_megabytes: 100,
    max_days: 0,
    max_backups: 100,
    localtime: false,
  })
})
