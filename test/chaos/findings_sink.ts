/** A backend that keeps the finding events it is sent. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { LogRecord } from '../../proto/otlp.ts'
import { decodeLogs } from '../proto/oracle.ts'

export interface FindingsSink {
  readonly port: number
  readonly records: readonly LogRecord[]
  close(): void
}

/** Takes logs by OTLP/HTTP in protobuf. */
export async function startFindingsSink(): Promise<FindingsSink> {
  const records: LogRecord[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      for (const { scopeLogs } of decodeLogs(plain).resourceLogs ?? []) {
        for (const { logRecords } of scopeLogs ?? []) records.push(...(logRecords ?? []))
      }
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, records, close: () => server.close() }
}

/** The attribute's value as text, '' when absent. */
export function attributeOf(record: LogRecord, key: string): string {
  const value = record.attributes?.find((attribute) => attribute.key === key)?.value
  return String(value?.stringValue ?? value?.doubleValue ?? value?.intValue ?? '')
}
