import { BUILD } from '../build.ts'

/**
 * Who speaks in our own logs and metrics: what the configuration says, over what is known of itself. A null in the
 * configuration takes an attribute away.
 */
export function ownResource(
  configured: Readonly<Record<string, string | null>>,
  instanceId: string,
): Readonly<Record<string, string>> {
  const all: Record<string, string | null> = {
    'service.name': BUILD.name,
    'service.version': BUILD.version,
    'service.instance.id': instanceId,
    ...configured,
  }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null))
}
