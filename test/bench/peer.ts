import { createRequire } from 'node:module'
import { findCollector } from './build_collector.ts'

/** What leakmesh is measured beside. */
export interface Peer {
  readonly name: string
  readonly version: string
  /** Takes `--config FILE`, the Collector's YAML. */
  readonly command: readonly string[]
}

/** @param beside `collector` or `grpc-js`; throws on anything else. Undefined where there is no Collector. */
export function findPeer(beside: string): Peer | undefined {
  if (beside === 'grpc-js') {
    const proxy = new URL('./grpc_js_proxy.ts', import.meta.url).pathname
    const { version } = createRequire(import.meta.url)('@grpc/grpc-js/package.json')
    return { name: 'grpc-js', version: `grpc-js ${version}`, command: [process.execPath, proxy] }
  }
  if (beside !== 'collector') throw new Error(`--beside ${beside}: collector or grpc-js`)
  const collector = findCollector()
  return collector && { name: 'Collector', version: collector.version, command: [collector.path] }
}
