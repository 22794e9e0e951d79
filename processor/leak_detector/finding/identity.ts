import { createHash } from 'node:crypto'
import type { Suspicion } from './suspicion.ts'

/** What makes two suspicions speak of the same thing. */
export type Subject = Pick<Suspicion, 'cluster' | 'namespace' | 'service' | 'container' | 'resource'>

/** A key for maps: unlike a fingerprint it can be read, unlike the parts it is one string. */
export function subjectKey(subject: Subject): string {
  return `${serviceKey(subject)}\u0000${subject.container}\u0000${subject.resource}`
}

/** Tells services apart: symptoms of one leak share it. For maps only, never shown. */
export function serviceKey(subject: Pick<Subject, 'cluster' | 'namespace' | 'service'>): string {
  return `${subject.cluster}\u0000${subject.namespace}\u0000${subject.service}`
}

/**
 * 16 hex digits that stay the same for as long as the leak is the same leak: the first 8 bytes of SHA-256 over
 * cluster, `service.namespace`, `service.name`, container and resource, joined by zero bytes. Never the instance,
 * version, rate or policy.
 */
export function fingerprintOf(subject: Subject): string {
  return digest(subjectKey(subject), 8).toString('hex')
}

/** `leak.finding.id`: the same on every replica. */
export function findingId(fingerprint: string, episode: number): string {
  return `${fingerprint}-${episode}`
}

/** 16 bytes: every replica that knows fingerprint and episode comes to the same trace. */
export function traceIdOf(findingIdText: string): Uint8Array {
  return new Uint8Array(digest(`trace\u0000${findingIdText}`, 16))
}

/** 8 bytes. @param path which span of the trace; '' is the root. */
export function spanIdOf(findingIdText: string, path: string): Uint8Array {
  return new Uint8Array(digest(`span\u0000${findingIdText}\u0000${path}`, 8))
}

function digest(text: string, bytes: number): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, bytes)
}
