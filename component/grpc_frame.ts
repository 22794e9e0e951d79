/**
 * The frame around each gRPC message: one byte that says whether the message is compressed, four bytes of length,
 * big-endian, then the message (gRPC over HTTP/2, "Length-Prefixed-Message"). A unary call has exactly one.
 */

export const FRAME_HEADER_BYTES = 5

/** The header to put before a message of `length` bytes. */
export function frameHeader(length: number, compressed: boolean): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES)
  header[0] = compressed ? 1 : 0
  header.writeUInt32BE(length, 1)
  return header
}

/** A header and its message in one buffer, for small answers. */
export function frame(message: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(message.length, false), message])
}

/** What has come of one unary message so far. */
export interface FrameInProgress {
  readonly chunks: Buffer[]
  /** Bytes in `chunks`, header included. */
  receivedBytes: number
  /** Length of the message from its header; -1 until the header is there. */
  messageBytes: number
}

/** Nothing has come yet. */
export function startFrame(): FrameInProgress {
  return { chunks: [], receivedBytes: 0, messageBytes: -1 }
}

/** Takes what arrived. Reads the header as soon as its five bytes are there, before the message is. */
export function addToFrame(progress: FrameInProgress, chunk: Buffer): void {
  progress.chunks.push(chunk)
  progress.receivedBytes += chunk.length
  if (progress.messageBytes >= 0 || progress.receivedBytes < FRAME_HEADER_BYTES) return
  const start = progress.chunks.length === 1 ? chunk : Buffer.concat(progress.chunks)
  progress.messageBytes = start.readUInt32BE(1)
}

/** One whole message as it was sent, perhaps compressed; or what is wrong with what came instead. */
export type Frame =
  | { readonly ok: true; readonly compressed: boolean; readonly message: Buffer }
  | { readonly ok: false; readonly reason: string }

/**
 * The message, once the sender has ended its side. Lets go of the chunks: to V8's young collections a stream of
 * node:http2 is alive until a full one, and with it all that can be reached from its listeners.
 */
export function finishFrame(progress: FrameInProgress): Frame {
  if (progress.receivedBytes === 0) return { ok: false, reason: 'no message in the request' }
  if (progress.messageBytes < 0) return { ok: false, reason: 'unexpected end of the frame header' }
  const expectedBytes = FRAME_HEADER_BYTES + progress.messageBytes
  if (progress.receivedBytes < expectedBytes) return { ok: false, reason: 'unexpected end of the message' }
  if (progress.receivedBytes > expectedBytes) return { ok: false, reason: 'more than one message in a unary call' }
  // Always a copy: a chunk is a view into the socket's 64 KiB read buffer and would keep all of it alive in a queue.
  const bytes = Buffer.concat(progress.chunks, progress.receivedBytes)
  progress.chunks.length = 0
  if (bytes[0]! > 1) return { ok: false, reason: `received unexpected payload format ${bytes[0]}` }
  return { ok: true, compressed: bytes[0] === 1, message: bytes.subarray(FRAME_HEADER_BYTES) }
}
