/**
 * Warnings to leaking services (design of the finding, section 4). While a finding is open, the receiver answers
 * that service's own exports with the finding's sentence in `partial_success.error_message`, rejecting nothing; every
 * OpenTelemetry SDK writes that to the service's own log.
 */
export interface Advice {
  /** How many services have something to be told. Receivers look at nothing else while this is 0. */
  readonly size: number
  /**
   * The sentence for an instance that is exporting just now, at most once for each finding and instance in ten minutes.
   * @param instance whatever tells instances of the service apart; '' when nothing does.
   */
  ask(service: ServiceIdentity, instance: string, nowMs: number): string | undefined
  /** Replaces everything that is to be said. */
  set(warnings: readonly Warning[]): void
}

/** By what a service is known. */
export interface ServiceIdentity {
  /** `service.namespace`, '' when absent. */
  readonly namespace: string
  /** `service.name`. */
  readonly name: string
}

/** What a service is to be told while a finding is open. */
export interface Warning extends ServiceIdentity {
  readonly findingId: string
  readonly sentence: string
}

/** At most so many (finding, instance) pairs are remembered as told; beyond, the oldest is forgotten. */
export const ADVICE_TOLD_MAX = 10_000
export const ADVICE_EVERY_MS = 600_000

/**
 * @example
 * const advice = createAdvice()
 * advice.set([{ namespace: '', name: 'cart', findingId: 'a-1', sentence: 'cart: memory leaks' }])
 * advice.ask({ namespace: '', name: 'cart' }, 'pod-1', 0) // => 'cart: memory leaks'
 * advice.ask({ namespace: '', name: 'cart' }, 'pod-1', 1) // => undefined: told already
 */
export function createAdvice(): Advice {
  const byService = new Map<string, Warning[]>()
  const toldMs = new Map<string, number>()
  return {
    get size() {
      return byService.size
    },
    set(warnings) {
      byService.clear()
      for (const warning of warnings) {
        const key = serviceKey(warning)
        byService.set(key, [...(byService.get(key) ?? []), warning])
      }
    },
    ask(service, instance, nowMs) {
      for (const warning of byService.get(serviceKey(service)) ?? []) {
        const key = `${warning.findingId}\u0000${instance}`
        const last = toldMs.get(key)
        if (last !== undefined && nowMs - last < ADVICE_EVERY_MS) continue
        toldMs.delete(key)
        if (toldMs.size >= ADVICE_TOLD_MAX) toldMs.delete(toldMs.keys().next().value!)
        toldMs.set(key, nowMs)
        return warning.sentence
      }
      return undefined
    },
  }
}

function serviceKey(service: ServiceIdentity): string {
  return `${service.namespace}\u0000${service.name}`
}
