import type { Host } from './component.ts'

/** `leakmesh/0.1.0`: who is calling, to servers. */
export function userAgent(host: Host): string {
  return `${host.build.name}/${host.build.version}`
}
