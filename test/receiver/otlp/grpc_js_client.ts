import { type ChannelCredentials, Client, type ClientOptions, credentials } from '@grpc/grpc-js'
import { EXPORT } from './rig.ts'

/** One export by grpc-js, the client of every OpenTelemetry SDK for Node. Rejects with its ServiceError. */
export async function grpcJsExport(
  address: string,
  bytes: Buffer,
  creds: ChannelCredentials = credentials.createInsecure(),
  options: ClientOptions = {},
): Promise<Buffer> {
  const client = new Client(address, creds, options)
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const same = (buffer: Buffer) => buffer
      const deadline = new Date(Date.now() + 10_000)
      client.makeUnaryRequest(EXPORT.traces, same, same, bytes, { deadline }, (error, answer) => {
        if (error !== null) reject(error)
        else resolve(answer!)
      })
    })
  } finally {
    client.close()
  }
}
